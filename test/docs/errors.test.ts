import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { errorCodes } from "../../src/base/error-codes.ts";
import { exitCodes } from "../../src/base/errors.ts";
import { sources } from "../support/imports.ts";

test("docs/errors.md has a row for each error code with its exit code, and no other", () => {
  const page = readFileSync("docs/errors.md", "utf8");
  const rows = Array.from(
    page.matchAll(/^\| `([A-Z0-9_]+)` \| (\d+) \| \S/gm),
    ([, code, exit]) => `${code} ${exit}`,
  );
  const codes = Object.entries(errorCodes).map(([code, end]) => `${code} ${exitCodes[end]}`);
  assert.deepEqual(rows.sort(), codes.sort());
});

test("each error code is used", () => {
  const uses = [...sources("src")].filter(([file]) => file !== "src/base/error-codes.ts");
  const unused = Object.keys(errorCodes).filter(
    (code) => !uses.some(([, text]) => text.includes(`"${code}"`)),
  );
  assert.deepEqual(unused, []);
});
