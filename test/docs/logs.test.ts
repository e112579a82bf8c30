import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { logEvents } from "../../src/base/log-events.ts";
import { sources } from "../support/imports.ts";

test("docs/logs.md has a row for each log event, and no other", () => {
  const page = readFileSync("docs/logs.md", "utf8");
  const rows = Array.from(page.matchAll(/^\| `([a-z_]+)` \| \S/gm), ([, event]) => event);
  assert.deepEqual(rows.sort(), [...logEvents].sort());
});

test("each log event is emitted", () => {
  const emitted = new Set(
    [...sources("src").values()].flatMap((text) =>
      Array.from(text.matchAll(/\beventFields\(\s*"([a-z_]+)"/g), ([, event]) => event),
    ),
  );
  assert.deepEqual(
    logEvents.filter((event) => !emitted.has(event)),
    [],
  );
});
