import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { markdownPages } from "../support/markdown.ts";

const longest = 120;

test(`no Markdown line is longer than ${longest} characters`, () => {
  const tooLong = markdownPages().flatMap((page) =>
    readFileSync(page, "utf8")
      .split("\n")
      .map((line, index) => ({ place: `${page}:${index + 1}`, length: [...line].length }))
      .filter(({ length }) => length > longest)
      .map(({ place, length }) => `${place} has ${length} characters`),
  );
  assert.ok(tooLong.length === 0, tooLong.join("\n"));
});
