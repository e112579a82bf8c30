import assert from "node:assert/strict";
import { test } from "node:test";
import { withMargin } from "../../../src/vision/worker/crop.ts";

test("a margin is clipped to the frame", () => {
  const frame = { width: 100, height: 80 };
  const box = { x: 40, y: 30, width: 20, height: 10 };
  assert.deepEqual(withMargin(box, 0, frame), box);
  assert.deepEqual(withMargin(box, 50, frame), { x: 30, y: 25, width: 40, height: 20 });
  assert.deepEqual(withMargin(box, 400, frame), { x: 0, y: 0, width: 100, height: 80 });
  const corner = { x: 90, y: 70, width: 10, height: 10 };
  assert.deepEqual(withMargin(corner, 10, frame), { x: 89, y: 69, width: 11, height: 11 });
});
