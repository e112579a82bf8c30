import assert from "node:assert/strict";
import { test } from "node:test";
import { FrameSamples } from "../../../../src/vision/worker/measure/frame-samples.ts";
import type { Mat } from "../../../../src/vision/worker/opencv.ts";
import { decodedPicture, type Picture } from "../../../../src/vision/worker/picture.ts";

/** Adds frames of this size; returns the numbers of those that are kept, and of those that are not released. */
function sampled(count: number, cols: number, rows: number) {
  const samples = new FrameSamples();
  const open = new Set<number>();
  const numbers = new Map<Picture, number>();
  for (let number = 0; number < count; number++) {
    open.add(number);
    const frame = decodedPicture({ cols, rows, release: () => open.delete(number) } as unknown as Mat);
    frame.at(1);
    numbers.set(frame, number);
    samples.add(frame);
  }
  return { kept: samples.frames.map((frame) => numbers.get(frame)), open: [...open] };
}

test("a few frames are all kept; of many, some that are evenly spaced; the others are released", () => {
  assert.deepEqual(sampled(0, 640, 480).kept, []);
  assert.deepEqual(sampled(3, 640, 480).kept, [0, 1, 2]);
  for (const count of [8, 9, 100, 12_345]) {
    const { kept, open } = sampled(count, 640, 480);
    assert.ok(kept.length >= 4 && kept.length <= 8, `${count}: ${kept}`);
    assert.deepEqual(open, kept);
    const step = Number(kept[1]);
    assert.deepEqual(
      kept,
      kept.map((_, nth) => nth * step),
    );
    assert.ok(Number(kept.at(-1)) + 2 * step >= count, `${count}: ${kept}`);
  }
});

test("of large frames fewer are kept", () => {
  const { kept } = sampled(1000, 7680, 4320);
  assert.ok(kept.length >= 2 && kept.length <= 3, `${kept}`);
});
