import assert from "node:assert/strict";
import { test } from "node:test";
import { compare, type Detection } from "../../bench/accuracy/match.ts";
import type { Box } from "../../src/face/face.ts";

function square(x: number, y: number, side = 100): Box {
  return { x, y, width: side, height: side };
}

function detection(box: Box, score = 0.9): Detection {
  return { box, score };
}

test("a label is found by a detection that overlaps it by the threshold or more", () => {
  // 60 of 140 columns are shared: 0.43.
  const [detected, truth] = [[detection(square(40, 0))], { boxes: [square(0, 0)], ignore: [] }];
  assert.deepEqual(compare(detected, truth, 0.4), { found: 1, missed: 0, falsePositives: 0 });
  assert.deepEqual(compare(detected, truth, 0.5), { found: 0, missed: 1, falsePositives: 1 });
  // 50 of 100 are exactly a half.
  const half = [detection({ x: 0, y: 0, width: 100, height: 50 })];
  assert.deepEqual(compare(half, truth, 0.5), { found: 1, missed: 0, falsePositives: 0 });
});

test("a second detection of one label is a false positive, whichever comes first", () => {
  const detected = [detection(square(0, 0), 0.8), detection(square(5, 0), 0.9)];
  const truth = { boxes: [square(0, 0)], ignore: [] };
  assert.deepEqual(compare(detected, truth, 0.5), { found: 1, missed: 0, falsePositives: 1 });
  assert.deepEqual(compare(detected.toReversed(), truth, 0.5), { found: 1, missed: 0, falsePositives: 1 });
});

test("of two adjacent labels each is found by its own detection", () => {
  const detected = [detection(square(55, 0), 0.9), detection(square(10, 0), 0.7)];
  const truth = { boxes: [square(0, 0), square(60, 0)], ignore: [] };
  assert.deepEqual(compare(detected, truth, 0.4), { found: 2, missed: 0, falsePositives: 0 });
});

test("no detections miss all labels, and detections without labels are false positives", () => {
  assert.deepEqual(compare([], { boxes: [square(0, 0), square(200, 0)], ignore: [] }, 0.4), {
    found: 0,
    missed: 2,
    falsePositives: 0,
  });
  const detected = [detection(square(0, 0)), detection(square(300, 0))];
  assert.deepEqual(compare(detected, { boxes: [], ignore: [] }, 0.4), {
    found: 0,
    missed: 0,
    falsePositives: 2,
  });
});

test("an ignored box does not count, whether it is found, found twice or missed", () => {
  const truth = { boxes: [square(300, 0)], ignore: [square(0, 0)] };
  const onLabel = detection(square(300, 0));
  const twice = [detection(square(0, 0)), detection(square(5, 5)), onLabel];
  assert.deepEqual(compare([onLabel], truth, 0.5), { found: 1, missed: 0, falsePositives: 0 });
  assert.deepEqual(compare(twice, truth, 0.5), { found: 1, missed: 0, falsePositives: 0 });
});

test("a detection with half its area in an ignored region does not count", () => {
  const truth = { boxes: [], ignore: [square(0, 0, 400)] };
  assert.deepEqual(compare([detection(square(350, 0))], truth, 0.5).falsePositives, 0);
  assert.deepEqual(compare([detection(square(351, 0))], truth, 0.5).falsePositives, 1);
});

test("a label within an ignored region is found, and a second detection is a false positive", () => {
  const truth = { boxes: [square(100, 100)], ignore: [square(0, 0, 400)] };
  const detected = [detection(square(100, 100)), detection(square(110, 100))];
  assert.deepEqual(compare(detected, truth, 0.5), { found: 1, missed: 0, falsePositives: 1 });
});

test("a detection that overlaps an ignored face more than the label beside it does not find the label", () => {
  const truth = { boxes: [square(0, 0)], ignore: [square(40, 0)] };
  assert.deepEqual(compare([detection(square(25, 0))], truth, 0.4), {
    found: 0,
    missed: 1,
    falsePositives: 0,
  });
});
