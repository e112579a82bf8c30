import assert from "node:assert/strict";
import { test } from "node:test";
import { badUsage, describe, UserError } from "../../src/base/errors.ts";
import { createLog } from "../../src/base/log.ts";
import { systemCode } from "../../src/base/system-errors.ts";

test("secrets are redacted in the log, however they are encoded", async () => {
  const secrets = ['pa"ss\\w/ö', "seco nd", ""];
  for (const format of ["json", "pretty"] as const) {
    let written = "";
    const log = await createLog({ level: "info", format, secrets, write: (line) => (written += line) });
    log.info({ url: `mqtt://u:${encodeURIComponent('pa"ss\\w/ö')}@h`, also: secrets[0] }, `${secrets}`);
    log.child({ more: secrets[1] }).error(new Error(`refused: ${secrets[0]}`));
    assert.match(written, /refused: \*\*\*/);
    for (const part of ["ss\\w", "ss\\\\w", "ss%5Cw", "seco"]) assert.ok(!written.includes(part), written);
    if (format === "json") for (const line of written.trim().split("\n")) JSON.parse(line);
  }
});

test("the log has a level and one line per message", async () => {
  const lines: string[] = [];
  const write = (line: string) => lines.push(line);
  const log = await createLog({ level: "warn", format: "json", secrets: [], write });
  log.info("no");
  log.warn("two\nlines");
  assert.equal(lines.length, 1);
  const { level, time, msg } = JSON.parse(lines[0] ?? "");
  assert.deepEqual([level, msg], ["warn", "two\nlines"]);
  assert.match(time, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  assert.match(lines[0] ?? "", /^[^\n]+\n$/);
});

test("an error says what happened and what to do, with one full stop", () => {
  assert.equal(new UserError("FILE_NOT_FOUND", "no such file").sentence, "no such file");
  assert.equal(
    new UserError("FILE_NOT_FOUND", "no such file", "Check the name").sentence,
    "no such file. Check the name",
  );
  assert.equal(
    badUsage(["a is wrong, did you mean b?"], "See c").sentence,
    "a is wrong, did you mean b? See c",
  );
  assert.equal(badUsage(["one", "two"], "See c").sentence, "2 faults:\n  one\n  two\nSee c");
  assert.deepEqual(
    [new UserError("FILE_NOT_FOUND", "a"), new UserError("BROKER_UNREACHABLE", "b"), badUsage(["c"])].map(
      ({ exitCode }) => exitCode,
    ),
    [1, 2, 3],
  );
  const cause = new Error("cause");
  assert.equal(new UserError("BROKER_UNREACHABLE", "x", "y", cause).cause, cause);
});

test("any thrown value can be described", () => {
  assert.equal(describe(new UserError("BROKER_REFUSED", "a", "b")), "a. b");
  assert.equal(describe(new AggregateError([new Error("a"), "b"])), "a; b");
  assert.equal(describe(new TypeError("")), "TypeError");
  assert.equal(describe(undefined), "undefined");
  assert.equal(systemCode(Object.assign(new Error(), { code: "ENOENT" })), "ENOENT");
  for (const other of [null, undefined, 1, {}, { code: 5 }]) assert.equal(systemCode(other), "");
});
