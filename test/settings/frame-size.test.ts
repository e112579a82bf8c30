import assert from "node:assert/strict";
import { test } from "node:test";
import { readFrameRate, readFrameSize } from "../../src/settings/frame-size.ts";

test("a frame size is width and height, or FFmpeg's name for it", () => {
  const sizes = {
    "1280x720": [1280, 720],
    "1280X720": [1280, 720],
    "1280×720": [1280, 720],
    "1920 x 1080": [1920, 1080],
    hd720: [1280, 720],
    VGA: [640, 480],
  };
  for (const [text, [width, height]] of Object.entries(sizes))
    assert.deepEqual(readFrameSize(text), { width, height });
});

test("what is no frame size is refused", () => {
  const none = [
    "",
    "1280",
    "1280x",
    "x720",
    "1280:720",
    "1280x720x3",
    "-1x720",
    "12.5x7",
    "720p",
    "0x1280x720",
  ];
  for (const text of none) assert.throws(() => readFrameSize(text), /must be a size such as 1280x720/, text);
  for (const text of ["0x0", "1280x1", "99999x720"])
    assert.throws(() => readFrameSize(text), /from 16 to 16384 pixels/, text);
});

test("a frame rate is a number or a fraction", () => {
  for (const [text, rate] of [
    ["30", 30],
    ["29.97", 29.97],
    ["30000/1001", 30_000 / 1001],
  ] as const)
    assert.equal(readFrameRate(text), rate);
  for (const text of ["", "0", "-5", "0.5", "1/0", "30/", "fast", "1e3", "1001"])
    assert.throws(() => readFrameRate(text), /1 to 1000 frames per second/, text);
});
