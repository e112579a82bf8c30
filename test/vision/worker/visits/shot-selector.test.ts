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

test("the best shot of a long visit is sent after maxVisit, and no more of that visit", () => {
  const qualities = [0.2, 0.5, 0.4, 0.3, 0.9, 0.9];
  assert.deepEqual(sent(new ShotSelector({ kind: "best" }, 0.3), qualities), [0.5]);
});
