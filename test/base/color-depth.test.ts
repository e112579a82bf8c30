import assert from "node:assert/strict";
import { test } from "node:test";
import { colorDepth } from "../../src/base/color-depth.ts";

test("colors: terminals have theirs, NO_COLOR and dumb terminals none, FORCE_COLOR any", () => {
  const terminal = { isTTY: true };
  const xterm = { TERM: "xterm-256color" };
  for (const [stream, environment, depth] of [
    [terminal, xterm, 8],
    [terminal, { ...xterm, COLORTERM: "truecolor" }, 24],
    [terminal, { TERM: "dumb" }, 1],
    [terminal, { TERM: "dumb", COLORTERM: "truecolor" }, 1],
    [terminal, { ...xterm, NO_COLOR: "1" }, 1],
    [terminal, { ...xterm, NO_COLOR: "" }, 8],
    [terminal, { ...xterm, NO_COLOR: "1", FORCE_COLOR: "3" }, 24],
    [terminal, { ...xterm, FORCE_COLOR: "0" }, 1],
    [{}, { ...xterm, COLORTERM: "truecolor" }, 1],
    [{}, { FORCE_COLOR: "1" }, 4],
    [{}, { FORCE_COLOR: "" }, 4],
    [{}, { FORCE_COLOR: "2" }, 8],
    [{}, { FORCE_COLOR: "3" }, 24],
  ] as const)
    assert.equal(colorDepth(stream, environment), depth, JSON.stringify([stream, environment]));
});
