import assert from "node:assert/strict";
import { test } from "node:test";
import type { Box } from "../../../../src/face/face.ts";
import { Tracker } from "../../../../src/vision/worker/visits/tracker.ts";

const face = (x: number, y = 100, side = 60): Box => ({ x, y, width: side, height: side });

/** The visits of each frame, and all changes. */
function track(frames: readonly (readonly Box[])[], fps = 30) {
  const tracker = new Tracker(1);
  const updates = frames.map((boxes, nth) => tracker.update(boxes, nth / fps));
  return {
    visits: updates.map(({ visits }) => [...visits]),
    confirmed: updates.flatMap(({ confirmed }) => confirmed),
    ended: updates.flatMap(({ ended }) => ended),
    deleted: updates.flatMap(({ deleted }) => deleted),
  };
}

const times = <T>(count: number, make: (nth: number) => T): T[] =>
  Array.from({ length: count }, (_, nth) => make(nth));
const nobody = (seconds: number): Box[][] => times(seconds * 30, () => []);

test("one person who walks past is one visit", () => {
  const { visits, confirmed, ended } = track([...times(60, (nth) => [face(nth * 9)]), ...nobody(3)]);
  assert.deepEqual(new Set(visits.flat()), new Set([1]));
  assert.deepEqual(confirmed, [1]);
  assert.deepEqual(ended, [1]);
});

test("a visit survives short gaps, but not long ones", () => {
  const stay = times(10, () => [face(200)]);
  assert.deepEqual(new Set(track([...stay, ...nobody(1.5), ...stay]).visits.flat()), new Set([1]));
  assert.deepEqual(new Set(track([...stay, ...nobody(3), ...stay]).visits.flat()), new Set([1, 2]));
});

test("somebody who walks on while hidden keeps the visit", () => {
  const walk = (nth: number) => face(nth * 8);
  const frames = times(90, (nth) => (nth >= 40 && nth < 52 ? [] : [walk(nth)]));
  assert.deepEqual(new Set(track(frames).visits.flat()), new Set([1]));
});

test("two people who pass each other keep their visits", () => {
  const frames = times(80, (nth) => [face(nth * 8, 100), face(640 - nth * 8, 175)]);
  const { visits } = track(frames);
  assert.ok(visits.every(([one, other]) => one === 1 && other === 2));
});

test("the order of the detections does not matter", () => {
  const frames = times(20, (nth) => (nth % 2 === 0 ? [face(100), face(400)] : [face(400), face(100)]));
  const { visits } = track(frames);
  assert.ok(visits.every(([one], nth) => one === (nth % 2 === 0 ? 1 : 2)));
});

test("a face at another place or of another size is another visit", () => {
  const { visits } = track([...times(10, () => [face(50)]), ...times(10, () => [face(500)])]);
  assert.deepEqual(visits.at(-1), [2]);
  const near = track([...times(10, () => [face(50)]), ...times(10, () => [face(60, 90, 200)])]);
  assert.deepEqual(near.visits.at(-1), [2], "a face of another size");
});

test("a person who walks is one visit also at a low frame rate", () => {
  const frames = times(8, (nth) => [face(nth * 110)]);
  assert.deepEqual(new Set(track(frames, 2).visits.flat()), new Set([1]));
});

test("a detection in a single frame is no visit, and its number is not reused", () => {
  const { visits, confirmed, deleted, ended } = track([
    [face(300)],
    ...nobody(3),
    ...times(5, () => [face(300)]),
  ]);
  assert.deepEqual(visits.at(-1), [2]);
  assert.deepEqual({ confirmed, deleted, ended }, { confirmed: [2], deleted: [1], ended: [] });
  const slow = track([[], [face(300)], [], [], []], 1);
  assert.deepEqual(slow.ended, [1], "at a frame per second one detection is enough");
});

test("a detection in a single frame is no visit either when the frame rate drops after it", () => {
  const tracker = new Tracker(1);
  const frames = [
    [[face(300)], 10],
    [[], 10.033],
    [[], 11.1],
    [[], 12.2],
    [[], 13.3],
  ] as const;
  const updates = frames.map(([boxes, seconds]) => tracker.update(boxes, seconds));
  assert.deepEqual(
    updates.map(({ confirmed, ended, deleted }) => [confirmed, ended, deleted]),
    [
      [[], [], []],
      [[], [], [1]],
      [[], [], []],
      [[], [], []],
      [[], [], []],
    ],
  );
});

test("a face with gaps is one visit, confirmed when it is detected again", () => {
  const { visits, confirmed, deleted } = track(times(40, (nth) => (nth % 3 === 0 ? [face(300)] : [])));
  assert.deepEqual(new Set(visits.flat()), new Set([1]));
  assert.deepEqual([confirmed, deleted], [[1], [1]]);
});

test("a face is tracked a moment longer than it is detected", () => {
  const tracker = new Tracker(1);
  assert.ok(!tracker.isTracking(0));
  tracker.update([face(300)], 1);
  tracker.update([], 1.1);
  assert.ok(tracker.isTracking(1.4));
  assert.ok(!tracker.isTracking(1.6));
});
