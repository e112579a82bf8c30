import assert from "node:assert/strict";
import { test } from "node:test";
import { findCycle, importsOf } from "./imports.ts";

test("imports of every form are found", () => {
  const text = `
import { a, type B } from "../face/face.ts";
import type {
  C,
} from "./c.ts";
import "side-effect";
export * from "./d.ts";
const e = await import("mqtt");
const f: typeof import("aedes") = require("aedes");
const g = "from './nowhere.ts'";
`;
  const found = importsOf("src/mqtt/x.ts", text).map(
    ({ target, typeOnly }) => `${target}${typeOnly ? " (type)" : ""}`,
  );
  assert.deepEqual(found, [
    "src/face/face.ts",
    "src/mqtt/c.ts (type)",
    "src/mqtt/d.ts",
    "side-effect",
    "mqtt",
    "aedes (type)",
    "aedes",
  ]);
});

test("a cycle is returned as its path", () => {
  const links = [
    ["a.ts", "b.ts"],
    ["b.ts", "c.ts"],
    ["c.ts", "b.ts"],
  ];
  const imports = links.map(([file = "", target = ""]) => ({ file, target, ours: true, typeOnly: false }));
  assert.deepEqual(findCycle(imports), ["b.ts", "c.ts", "b.ts"]);
  assert.equal(findCycle(imports.slice(0, 2)), undefined);
});
