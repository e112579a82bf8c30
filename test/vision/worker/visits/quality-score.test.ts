import assert from "node:assert/strict";
import { test } from "node:test";
import type { Box, Landmarks } from "../../../../src/face/face.ts";
import {
  frontality,
  qualityOf,
  sampleSide,
  sharpnessOf,
} from "../../../../src/vision/worker/visits/quality-score.ts";
import { sharpness } from "../../../../src/vision/worker/visits/sharpness.ts";

const face = (x: number, y = 100, side = 60): Box => ({ x, y, width: side, height: side });
const frame = { width: 640, height: 480 };
const gray = (at: (x: number, y: number) => number) =>
  Uint8Array.from({ length: sampleSide ** 2 }, (_, index) =>
    at(index % sampleSide, Math.floor(index / sampleSide)),
  );
const edges = gray((x) => (Math.floor(x / 8) % 2 === 0 ? 60 : 180));
const blurred = gray((x) => 120 + 60 * Math.sin((x / 8) * Math.PI));
const ahead: Landmarks = {
  rightEye: { x: 30, y: 40 },
  leftEye: { x: 70, y: 40 },
  nose: { x: 50, y: 60 },
  rightMouth: { x: 35, y: 80 },
  leftMouth: { x: 65, y: 80 },
};

test("sharpness is the variance of the Laplacian", () => {
  assert.equal(
    sharpness(
      gray(() => 77),
      sampleSide,
    ),
    0,
  );
  // One white point in a square of 3 by 3: the Laplacian of the middle alone, and one value does not vary.
  assert.equal(sharpness(Uint8Array.of(0, 0, 0, 0, 255, 0, 0, 0, 0), 3), 0);
  // A checkerboard of 0 and 10 has +40 and -40.
  const board = Uint8Array.from({ length: 36 }, (_, index) => ((index + Math.floor(index / 6)) % 2) * 10);
  assert.equal(sharpness(board, 6), 1600);
  assert.ok(sharpness(edges, sampleSide) > 3 * sharpness(blurred, sampleSide));
});

test("a face is frontal when its nose is between the eyes, also when the head is tilted", () => {
  assert.equal(frontality(ahead), 1);
  const turn = (degrees: number): Landmarks => {
    const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
    const turned = ({ x, y }: { x: number; y: number }) => ({ x: x * cos - y * sin, y: x * sin + y * cos });
    return {
      ...ahead,
      rightEye: turned(ahead.rightEye),
      leftEye: turned(ahead.leftEye),
      nose: turned(ahead.nose),
    };
  };
  for (const degrees of [-40, 20, 90])
    assert.ok(Math.abs(frontality(turn(degrees)) - 1) < 1e-9, `${degrees}`);
  assert.equal(frontality({ ...ahead, nose: { x: 60, y: 60 } }), 0.5);
  assert.equal(frontality({ ...ahead, nose: { x: 80, y: 60 } }), 0);
});

test("a shot is better when the face is larger, scored higher, sharper, frontal and complete", () => {
  const good = { box: face(200), score: 0.9, landmarks: ahead, frame, sharpness: sharpnessOf(edges) };
  const best = qualityOf(good);
  assert.ok(best > 0 && best <= 1);
  const worse = {
    smaller: { ...good, box: face(200, 100, 30) },
    "lower score": { ...good, score: 0.7 },
    blurred: { ...good, sharpness: sharpnessOf(blurred) },
    turned: { ...good, landmarks: { ...ahead, nose: { x: 62, y: 60 } } },
    "cut off": { ...good, box: face(0) },
    "cut off below": { ...good, box: face(200, 420) },
  };
  for (const [how, shot] of Object.entries(worse)) assert.ok(qualityOf(shot) < best, how);
});
