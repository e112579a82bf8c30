import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { test } from "node:test";
import { unusedExports } from "./support/exports.ts";
import { findCycle, type Import, importsOf, sources } from "./support/imports.ts";

/** Which folders of src/ each folder may import, besides itself: dependencies point one way. */
const layers: Readonly<Record<string, readonly string[]>> = {
  "src itself": ["roles", "mqtt", "vision", "sinks", "settings", "ops", "spool", "face", "base"],
  roles: ["mqtt", "vision", "sinks", "settings", "ops", "spool", "face", "base"],
  mqtt: ["face", "base"],
  vision: ["face", "base"],
  sinks: ["face", "base"],
  settings: ["face", "base"],
  ops: ["face", "base"],
  spool: ["face", "base"],
  face: ["base"],
  base: [],
};

/** Where a package that is heavy, or that we may want to replace, may be imported; `types`: the same for its types. */
const packages: readonly { name: RegExp; home: string; types?: string }[] = [
  { name: /^@u4\/opencv4nodejs/, home: "src/vision/worker/opencv.ts", types: "src/vision/" },
  { name: /^onnxruntime-node/, home: "src/vision/worker/detectors/yunet/session.ts" },
  { name: /^mqtt(-packet)?$/, home: "src/mqtt/" },
  { name: /^@(aws-sdk|smithy)\//, home: "src/sinks/" },
  { name: /^prom-client$/, home: "src/ops/" },
];

/** Packages that only one file may import, whichever it is. */
const oneFileEach = ["chalk", "aedes", "cli-progress", "env-paths", "@u4/opencv4nodejs"];

/** What only one file may use. */
const globals = [
  { pattern: /\bprocess\s*\.\s*env\b/, home: "src/settings/environment.ts", name: "process.env" },
  { pattern: /\bprocess\s*\.\s*exit\s*\(/, home: "src/main.ts", name: "process.exit" },
];

const files = sources("src");
const imports = [...files].flatMap(([file, text]) => importsOf(file, text));
const layerOf = (file: string) => file.match(/^src\/([^/]+)\//)?.[1] ?? "src itself";

function assertNone(faults: readonly string[]): void {
  assert.ok(faults.length === 0, faults.join("\n"));
}

test("every file of src/ is in a known folder", () => {
  const unknown = [...files.keys()].filter((file) => !layers[layerOf(file)]);
  assertNone(unknown.map((file) => `${file} is in no known folder; known are ${Object.keys(layers)}`));
});

test("dependencies point one way: roles -> (mqtt, vision, sinks, settings, ops, spool) -> face -> base", () => {
  const wrong = imports.filter(({ file, target, ours }) => {
    const [from, to] = [layerOf(file), layerOf(target)];
    return ours && from !== to && !layers[from]?.includes(to);
  });
  assertNone(
    wrong.map(
      ({ file, target }) =>
        `${file} imports ${target}: ${layerOf(file)} may import ${layers[layerOf(file)]?.join(", ") || "nothing in src/"}`,
    ),
  );
});

test("the vision supervisor and its worker process do not import one another", () => {
  const [supervisor, worker] = ["src/vision/supervisor/", "src/vision/worker/"] as const;
  const between = (from: string, to: string) =>
    imports.filter(({ file, target }) => file.startsWith(from) && target.startsWith(to));
  const wrong = [...between(supervisor, worker), ...between(worker, supervisor)];
  assertNone(
    wrong.map(({ file, target }) => `${file} imports ${target}: what both need belongs in src/vision/`),
  );
});

test("a heavy package is imported only in its own folder", () => {
  const wrong = packages.flatMap(({ name, home, types }) => {
    const allowed = (each: Import) => each.file.startsWith((each.typeOnly && types) || home);
    return imports
      .filter((each) => name.test(each.target) && !allowed(each))
      .map(({ file, target }) => `${file} imports ${target}: only ${home} may`);
  });
  assertNone(wrong);
});

test("chalk, aedes and some others are each imported in one file", () => {
  const importers = oneFileEach.map((name) => {
    const users = imports.filter(({ target, typeOnly }) => target === name && !typeOnly);
    return { name, users: [...new Set(users.map(({ file }) => file))] };
  });
  const wrong = importers.filter(({ users }) => users.length > 1);
  assertNone(wrong.map(({ name, users }) => `${name} is imported in ${users.join(" and ")}: one file may`));
});

test("process.env and process.exit are each used in one file", () => {
  const wrong = globals.flatMap(({ pattern, home, name }) =>
    [...files]
      .filter(([file, text]) => file !== home && pattern.test(text))
      .map(([file]) => ({ file, home, name })),
  );
  assertNone(wrong.map(({ file, home, name }) => `${file} uses ${name}: only ${home} may`));
});

test("there are no import cycles", () => {
  const cycle = findCycle(imports);
  assert.ok(cycle === undefined, cycle?.join("\n  imports "));
});

test("another file imports each export of src/", () => {
  const unused = unusedExports();
  assertNone(unused.map((each) => `${each}, and no other file imports it`));
});

test("src/ imports every dependency of package.json, and no other package", () => {
  const { dependencies } = JSON.parse(readFileSync("package.json", "utf8"));
  const packageOf = (target: string) => /^(@[^/]+\/)?[^/]+/.exec(target)?.[0] ?? target;
  const imported = imports.filter(({ target, ours }) => !ours && !isBuiltin(target));
  const names = new Set(imported.map(({ target }) => packageOf(target)));
  assert.deepEqual([...names].sort(), Object.keys(dependencies).sort());
});
