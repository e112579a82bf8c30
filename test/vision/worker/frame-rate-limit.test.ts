import assert from "node:assert/strict";
import { test } from "node:test";
import { rateLimit } from "../../../src/vision/worker/frame-rate-limit.ts";

test("the frame rate of a recording is limited relative to its own rate", () => {
  const accepted = (fps: number, rate: number) => {
    const accepts = rateLimit(fps);
    return Array.from({ length: 12 }, (_, nth) => nth).filter((nth) => accepts((nth * 1000) / rate));
  };
  assert.deepEqual(accepted(10, 30), [0, 3, 6, 9]);
  assert.deepEqual(accepted(30, 30).length, 12);
  assert.deepEqual(accepted(60, 30).length, 12);
  assert.equal(accepted(20, 30).length, 8);
});

test("the frame rate of a live camera is limited by the clock, and exact on average", () => {
  for (const [fps, rate] of [
    [10, 30],
    [20, 30],
    [1, 30],
    [30, 30],
    [5, 7],
  ] as const) {
    const accepts = rateLimit(fps);
    let frames = 0;
    for (let nth = 0; nth < rate * 100; nth++) if (accepts(1e12 + (nth * 1000) / rate)) frames++;
    assert.ok(Math.abs(frames - fps * 100) <= fps, `${frames} frames at ${fps} of ${rate}`);
  }
});
