import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { findCommand } from "../support/commands.ts";
import { emptyFolder } from "../support/folder.ts";
import { atTerminal, linesOnScreen } from "../support/screen.ts";
import { ppm } from "../vision/harness.ts";

const skip = findCommand("python3") ? false : "needs python3 for its terminal";
const logLine = /^\[\d\d:\d\d:\d\d\.\d{3}\] (INFO|WARN|DEBUG): /;
const bar = /\d+% {2}\d+\/\d+ frames/;

/** Cursor and line wrapping are restored. */
function assertTidy(raw: string): void {
  const last = (on: string, off: string) => raw.lastIndexOf(on) >= raw.lastIndexOf(off);
  assert.ok(last("\x1b[?25h", "\x1b[?25l"), "the cursor is visible again");
  assert.ok(last("\x1b[?7h", "\x1b[?7l"), "long lines wrap again");
}

test("log lines and progress bar do not mix, and no log line is lost or cut", { skip }, async (t) => {
  const folder = emptyFolder(t);
  const face = ppm("synthetic:faces=1");
  const broken: string[] = [];
  for (let nth = 10; nth < 40; nth++) {
    const isBroken = nth % 4 === 3;
    const name = `${nth}-${"long".repeat(10)}.${isBroken ? "png" : "ppm"}`;
    writeFileSync(join(folder, name), isBroken ? "no picture" : face);
    if (isBroken) broken.push(name);
  }
  const { code, raw } = await atTerminal(["detect", "--camera", folder, "--dry-run", "--detector", "haar"]);
  assert.equal(code, 0);
  assert.match(raw, bar);
  const lines = linesOnScreen(raw).filter((line) => line !== "");
  for (const line of lines) {
    assert.match(line, logLine);
    assert.doesNotMatch(line, bar);
  }
  assert.equal(lines.length, broken.length + 2);
  for (const name of broken)
    assert.equal(lines.filter((line) => line.includes(`${name} is not an image`)).length, 1);
  assert.match(lines.at(-1) ?? "", /INFO: \d+ frames, \d+ faces, /);
  assertTidy(raw);
});

test("Ctrl-C logs that it stops, clears the bar and ends with 0", { skip }, async () => {
  const args = ["detect", "--camera", "synthetic:seconds=600", "--dry-run", "--detector", "haar"];
  const { code, raw } = await atTerminal(args, "\x03", "/18000 frames");
  assert.equal(code, 0);
  const [first, stopping, summary, ...rest] = linesOnScreen(raw.replace("^C", "")).filter(
    (line) => line !== "",
  );
  assert.match(first ?? "", /INFO: 18000 frames, detector haar/);
  assert.match(
    stopping ?? "",
    /INFO: SIGINT: finishing what is in flight; a second signal exits immediately$/,
  );
  assert.match(summary ?? "", /INFO: \d+ frames, /);
  assert.deepEqual(rest, []);
  assertTidy(raw);
});
