import assert from "node:assert/strict";
import { test } from "node:test";
import { ShotSelector } from "../../../../src/vision/worker/visits/shot-selector.ts";
import { Tracker } from "../../../../src/vision/worker/visits/tracker.ts";

const face = { x: 100, y: 100, width: 60, height: 60 };

/** The qualities of the shots that are sent of one visit, ten frames per second, and at its end. */
function sent(selector: ShotSelector, qualities: readonly number[]): number[] {
  const tracker = new Tracker(1);
  let pending: number | undefined;
  const out: number[] = [];
  const send = (due: readonly number[]) => {
    if (due.length > 0 && pending !== undefined) out.push(pending);
  };
  for (const [nth, quality] of qualities.entries()) {
    const update = tracker.update([face], nth / 10);
    if (selector.offer(update.visits[0] ?? 0, quality, nth / 10)) pending = quality;
    send(selector.due(nth / 10, update));
  }
  send(selector.due(qualities.length / 10, tracker.end()));
  return out;
}

test("all sends every face, best the best of a visit, every the best of each period", () => {
  const qualities = [0.2, 0.5, 0.9, 0.3, 0.6, 0.4, 0.4, 0.8, 0.1];
  assert.deepEqual(sent(new ShotSelector({ kind: "all" }, 30), qualities), qualities);
  assert.deepEqual(sent(new ShotSelector({ kind: "best" }, 30), qualities), [0.9]);
  assert.deepEqual(sent(new ShotSelector({ kind: "every", seconds: 0.5 }, 30), qualities), [0.9, 0.8]);
});

/** Of one visit as above: the shots that are sent, and below 0 those that only count as low. */
function sentOrLow(selector: ShotSelector, qualities: readonly number[]): number[] {
  return sent(selector, qualities).map((quality) => (selector.isLow(quality) ? -quality : quality));
}

test("shots below the minimum are not sent: each counts with all, the best of a visit or a period with the others", () => {
  const qualities = [0.2, 0.48, 0.5, 0.3, 0.6, 0.4, 0.4, 0.3, 0.1];
  const all = sentOrLow(new ShotSelector({ kind: "all" }, 30, 0.5), qualities);
  assert.deepEqual(
    all,
    qualities.map((quality) => (quality < 0.5 ? -quality : quality)),
  );
  const best = (minimum: number) => sentOrLow(new ShotSelector({ kind: "best" }, 30, minimum), qualities);
  assert.deepEqual(best(0.6), [0.6]);
  assert.equal(best(0.61).length, 1);
  assert.ok(Number(best(0.61)[0]) < 0);
  const every = sentOrLow(new ShotSelector({ kind: "every", seconds: 0.5 }, 30, 0.5), qualities);
  assert.deepEqual([every.length, every[0], Number(every[1]) < 0], [2, 0.6, true]);
});

test("a shot that reaches the minimum replaces one that does not, by however little it is better", () => {
  assert.deepEqual(sentOrLow(new ShotSelector({ kind: "best" }, 30, 0.5), [0.49, 0.5, 0.51]), [0.5]);
});

test("a long visit without a shot above the minimum waits for one, and counts once", () => {
  const best = () => new ShotSelector({ kind: "best" }, 0.3, 0.5);
  assert.deepEqual(sentOrLow(best(), [0.2, 0.4, 0.4, 0.4, 0.4, 0.7, 0.9]), [0.7]);
  assert.equal(sentOrLow(best(), [0.2, 0.4, 0.4, 0.4, 0.4, 0.3, 0.4]).length, 1);
});

test("the best shot of a long visit is sent after maxVisit, and no more of that visit", () => {
  const qualities = [0.2, 0.5, 0.4, 0.3, 0.9, 0.9];
  assert.deepEqual(sent(new ShotSelector({ kind: "best" }, 0.3), qualities), [0.5]);
});
