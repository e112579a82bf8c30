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
  const [seen, marked] = [[detection(square(40, 0))], { boxes: [square(0, 0)], ignore: [] }];
  assert.deepEqual(compare(seen, marked, 0.4), { found: 1, missed: 0, falsePositives: 0 });
  assert.deepEqual(compare(seen, marked, 0.5), { found: 0, missed: 1, falsePositives: 1 });
  // 50 of 100 are exactly a half.
  const half = [detection({ x: 0, y: 0, width: 100, height: 50 })];
  assert.deepEqual(compare(half, marked, 0.5), { found: 1, missed: 0, falsePositives: 0 });
});

test("a second detection of one label is a false positive, whichever comes first", () => {
  const seen = [detection(square(0, 0), 0.8), detection(square(5, 0), 0.9)];
  const marked = { boxes: [square(0, 0)], ignore: [] };
  assert.deepEqual(compare(seen, marked, 0.5), { found: 1, missed: 0, falsePositives: 1 });
  assert.deepEqual(compare(seen.toReversed(), marked, 0.5), { found: 1, missed: 0, falsePositives: 1 });
});

test("of two labels side by side each is found by its own detection", () => {
  const seen = [detection(square(55, 0), 0.9), detection(square(10, 0), 0.7)];
  const marked = { boxes: [square(0, 0), square(60, 0)], ignore: [] };
  assert.deepEqual(compare(seen, marked, 0.4), { found: 2, missed: 0, falsePositives: 0 });
});

test("nothing detected misses all, and detections where nothing is are all false", () => {
  assert.deepEqual(compare([], { boxes: [square(0, 0), square(200, 0)], ignore: [] }, 0.4), {
    found: 0,
    missed: 2,
    falsePositives: 0,
  });
  const seen = [detection(square(0, 0)), detection(square(300, 0))];
  assert.deepEqual(compare(seen, { boxes: [], ignore: [] }, 0.4), {
    found: 0,
    missed: 0,
    falsePositives: 2,
  });
});

test("an ignored box counts neither when it is found, however often, nor when it is missed", () => {
  const marked = { boxes: [square(300, 0)], ignore: [square(0, 0)] };
  const onLabel = detection(square(300, 0));
  const twice = [detection(square(0, 0)), detection(square(5, 5)), onLabel];
  assert.deepEqual(compare([onLabel], marked, 0.5), { found: 1, missed: 0, falsePositives: 0 });
  assert.deepEqual(compare(twice, marked, 0.5), { found: 1, missed: 0, falsePositives: 0 });
});

test("a detection that lies in an ignored region with half its area is left out", () => {
  const marked = { boxes: [], ignore: [square(0, 0, 400)] };
  assert.deepEqual(compare([detection(square(350, 0))], marked, 0.5).falsePositives, 0);
  assert.deepEqual(compare([detection(square(351, 0))], marked, 0.5).falsePositives, 1);
});

test("a label within an ignored region is found, and a second time is a false positive", () => {
  const marked = { boxes: [square(100, 100)], ignore: [square(0, 0, 400)] };
  const seen = [detection(square(100, 100)), detection(square(110, 100))];
  assert.deepEqual(compare(seen, marked, 0.5), { found: 1, missed: 0, falsePositives: 1 });
});

test("a detection that fits an ignored face better than the label beside it does not find the label", () => {
  const marked = { boxes: [square(0, 0)], ignore: [square(40, 0)] };
  assert.deepEqual(compare([detection(square(25, 0))], marked, 0.4), {
    found: 0,
    missed: 1,
    falsePositives: 0,
  });
});
