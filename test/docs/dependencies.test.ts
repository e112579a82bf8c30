import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

test("docs/dependencies.md has an entry for each package of package.json, and for no other", () => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync("package.json", "utf8"));
  const page = readFileSync("docs/dependencies.md", "utf8");
  const entries = Array.from(page.matchAll(/^- `([^`]+)`/gm), ([, name]) => name);
  assert.deepEqual(entries.sort(), Object.keys({ ...dependencies, ...devDependencies }).sort());
});
