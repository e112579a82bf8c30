import assert from "node:assert/strict";
import { test } from "node:test";
import type { Box, Landmarks } from "../../../../src/face/face.ts";
import { frontality, qualityOf, sampleSide } from "../../../../src/vision/worker/visits/quality-score.ts";
import { sharpness } from "../../../../src/vision/worker/visits/sharpness.ts";
import { ShotSelector } from "../../../../src/vision/worker/visits/shot-selector.ts";
import { Tracker } from "../../../../src/vision/worker/visits/tracker.ts";

const face = (x: number, y = 100, side = 60): Box => ({ x, y, width: side, height: side });

/** The visits of each look at 30 frames a second, and all that ended. */
function follow(looks: readonly (readonly Box[])[], fps = 30) {
  const tracker = new Tracker(1);
  const seen = looks.map((boxes, nth) => tracker.update(boxes, nth / fps));
  return {
    visits: seen.map(({ visits }) => [...visits]),
    confirmed: seen.flatMap(({ confirmed }) => confirmed),
    ended: seen.flatMap(({ ended }) => ended),
    dismissed: seen.flatMap(({ deleted }) => deleted),
  };
}

const times = <T>(count: number, make: (nth: number) => T): T[] =>
  Array.from({ length: count }, (_, nth) => make(nth));
const nobody = (seconds: number): Box[][] => times(seconds * 30, () => []);

test("one person who walks by is one visit", () => {
  const { visits, confirmed, ended } = follow([...times(60, (nth) => [face(nth * 9)]), ...nobody(3)]);
  assert.deepEqual(new Set(visits.flat()), new Set([1]));
  assert.deepEqual(confirmed, [1]);
  assert.deepEqual(ended, [1]);
});

test("a visit survives short misses, and not long ones", () => {
  const stay = times(10, () => [face(200)]);
  assert.deepEqual(new Set(follow([...stay, ...nobody(1.5), ...stay]).visits.flat()), new Set([1]));
  assert.deepEqual(new Set(follow([...stay, ...nobody(3), ...stay]).visits.flat()), new Set([1, 2]));
});

test("somebody who walks on while hidden is found where he should be", () => {
  const walk = (nth: number) => face(nth * 8);
  const looks = times(90, (nth) => (nth >= 40 && nth < 52 ? [] : [walk(nth)]));
  assert.deepEqual(new Set(follow(looks).visits.flat()), new Set([1]));
});

test("two people who pass each other keep their visits", () => {
  const looks = times(80, (nth) => [face(nth * 8, 100), face(640 - nth * 8, 175)]);
  const { visits } = follow(looks);
  assert.ok(visits.every(([one, other]) => one === 1 && other === 2));
});

test("the order in which faces are found says nothing", () => {
  const looks = times(20, (nth) => (nth % 2 === 0 ? [face(100), face(400)] : [face(400), face(100)]));
  const { visits } = follow(looks);
  assert.ok(visits.every(([one], nth) => one === (nth % 2 === 0 ? 1 : 2)));
});

test("somebody else at another place is another visit, though the first has just gone", () => {
  const { visits } = follow([...times(10, () => [face(50)]), ...times(10, () => [face(500)])]);
  assert.deepEqual(visits.at(-1), [2]);
  const near = follow([...times(10, () => [face(50)]), ...times(10, () => [face(60, 90, 200)])]);
  assert.deepEqual(near.visits.at(-1), [2], "a face of another size");
});

test("with few looks a second, who walks is still one visit", () => {
  const looks = times(8, (nth) => [face(nth * 110)]);
  assert.deepEqual(new Set(follow(looks, 2).visits.flat()), new Set([1]));
});

test("what is seen in a single frame among many is no visit; its number is not used again", () => {
  const { visits, confirmed, dismissed, ended } = follow([
    [face(300)],
    ...nobody(3),
    ...times(5, () => [face(300)]),
  ]);
  assert.deepEqual(visits.at(-1), [2]);
  assert.deepEqual({ confirmed, dismissed, ended }, { confirmed: [2], dismissed: [1], ended: [] });
  const seldom = follow([[], [face(300)], [], [], []], 1);
  assert.deepEqual(seldom.ended, [1], "with a look a second one is enough");
});

test("a single frame is no visit either when the looks that follow are seldom", () => {
  const tracker = new Tracker(1);
  const seen = [
    [[face(300)], 10],
    [[], 10.033],
    [[], 11.1],
    [[], 12.2],
    [[], 13.3],
  ] as const;
  const tracked = seen.map(([boxes, seconds]) => tracker.update(boxes, seconds));
  assert.deepEqual(
    tracked.map(({ confirmed, ended, deleted }) => [confirmed, ended, deleted]),
    [
      [[], [], []],
      [[], [], [1]],
      [[], [], []],
      [[], [], []],
      [[], [], []],
    ],
  );
});

test("a face that flickers is one visit, confirmed when it is seen again", () => {
  const { visits, confirmed, dismissed } = follow(times(40, (nth) => (nth % 3 === 0 ? [face(300)] : [])));
  assert.deepEqual(new Set(visits.flat()), new Set([1]));
  assert.deepEqual([confirmed, dismissed], [[1], [1]]);
});

test("a face is followed a moment longer than it is seen", () => {
  const tracker = new Tracker(1);
  assert.ok(!tracker.following(0));
  tracker.update([face(300)], 1);
  tracker.update([], 1.1);
  assert.ok(tracker.following(1.4));
  assert.ok(!tracker.following(1.6));
});

/** What `shots` sends of these qualities of one visit, a look every tenth of a second, and at its end. */
function sent(shots: ShotSelector, qualities: readonly number[]): number[] {
  const tracker = new Tracker(1);
  let kept: number | undefined;
  const out: number[] = [];
  const give = (due: readonly number[]) => {
    if (due.length > 0 && kept !== undefined) out.push(kept);
  };
  for (const [nth, quality] of qualities.entries()) {
    const tracked = tracker.update([face(100)], nth / 10);
    if (shots.keeps(tracked.visits[0] ?? 0, quality, nth / 10)) kept = quality;
    give(shots.due(nth / 10, tracked));
  }
  give(shots.due(qualities.length / 10, tracker.end()));
  return out;
}

test("all: every face; best: the best one, once; every: the best of each period", () => {
  const qualities = [0.2, 0.5, 0.9, 0.3, 0.6, 0.4, 0.4, 0.8, 0.1];
  assert.deepEqual(sent(new ShotSelector({ kind: "all" }, 30), qualities), qualities);
  assert.deepEqual(sent(new ShotSelector({ kind: "best" }, 30), qualities), [0.9]);
  assert.deepEqual(sent(new ShotSelector({ kind: "every", seconds: 0.5 }, 30), qualities), [0.9, 0.8]);
});

test("a long visit's best is sent in time, and then no more of it", () => {
  const qualities = [0.2, 0.5, 0.4, 0.3, 0.9, 0.9];
  assert.deepEqual(sent(new ShotSelector({ kind: "best" }, 0.3), qualities), [0.5]);
});

const frame = { width: 640, height: 480 };
const grey = (at: (x: number, y: number) => number) =>
  Uint8Array.from({ length: sampleSide ** 2 }, (_, index) =>
    at(index % sampleSide, Math.floor(index / sampleSide)),
  );
const edges = grey((x) => (Math.floor(x / 8) % 2 === 0 ? 60 : 180));
const blurred = grey((x) => 120 + 60 * Math.sin((x / 8) * Math.PI));
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
      grey(() => 77),
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

test("a face is frontal when its nose is between the eyes, however the head is held", () => {
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

test("a picture is better when the face is larger, surer, sharper, frontal and whole", () => {
  const good = { box: face(200), score: 0.9, landmarks: ahead, frame, sample: edges };
  const best = qualityOf(good);
  assert.ok(best > 0 && best <= 1);
  const worse = {
    smaller: { ...good, box: face(200, 100, 30) },
    "less sure": { ...good, score: 0.7 },
    blurred: { ...good, sample: blurred },
    turned: { ...good, landmarks: { ...ahead, nose: { x: 62, y: 60 } } },
    "cut off": { ...good, box: face(0) },
    "cut off below": { ...good, box: face(200, 420) },
  };
  for (const [how, judged] of Object.entries(worse)) assert.ok(qualityOf(judged) < best, how);
});
