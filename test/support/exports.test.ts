import assert from "node:assert/strict";
import { test } from "node:test";
import { exportsOf, namesImported } from "./exports.ts";

test("exports of every form are found", () => {
  const text = `
export const a = 1;
export async function b() {}
export abstract class C {}
export interface D {}
export type E = string;
export { f, g as h, type I } from "./x.ts";
export type { J };
const k = "export const l";
`;
  assert.deepEqual(
    exportsOf(text).map(({ name, typeOnly }) => `${name}${typeOnly ? " (type)" : ""}`),
    ["a", "b", "C", "D (type)", "E (type)", "f", "h", "I", "J (type)"],
  );
});

test("imported names of every form are found", () => {
  const text = `
import { a, b as c, type D } from "../face/face.ts";
import type {
  E,
} from "./e.ts";
import * as f from "./f.ts";
export { g as h } from "./g.ts";
export * from "./i.ts";
const { j, k: l } = await import("./j.ts");
const m = (await import("./m.ts")).n;
const o = await import("./o.ts");
let p: typeof import("../../dist/base/p.js");
import { q } from "node:fs";
`;
  const found = namesImported("src/mqtt/x.ts", text).map(({ target, name }) => `${target} ${name}`);
  assert.deepEqual(found.sort(), [
    "src/base/p.ts *",
    "src/face/face.ts D",
    "src/face/face.ts a",
    "src/face/face.ts b",
    "src/mqtt/e.ts E",
    "src/mqtt/f.ts *",
    "src/mqtt/g.ts g",
    "src/mqtt/i.ts *",
    "src/mqtt/j.ts j",
    "src/mqtt/j.ts k",
    "src/mqtt/m.ts n",
    "src/mqtt/node:fs q",
    "src/mqtt/o.ts *",
  ]);
});
