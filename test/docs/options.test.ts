import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { configSchema } from "../../scripts/config-schema.ts";
import { optionsPage, withMostUsed } from "../../scripts/options-table.ts";

const remedy =
  "is not what the options are declared as: run `npm run docs:options` and commit what it writes";

test("docs/options.md shows the options as they are declared", () => {
  assert.ok(readFileSync("docs/options.md", "utf8") === optionsPage(), `docs/options.md ${remedy}`);
});

test("the list in README.md shows the options as they are declared", () => {
  const readme = readFileSync("README.md", "utf8");
  assert.ok(readme === withMostUsed(readme), `the list in README.md ${remedy}`);
});

test("docs/facepipe.schema.json describes the options as they are declared", () => {
  const schema = readFileSync("docs/facepipe.schema.json", "utf8");
  assert.ok(schema === configSchema(), `docs/facepipe.schema.json ${remedy}`);
});
