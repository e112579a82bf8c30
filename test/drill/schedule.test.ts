import assert from "node:assert/strict";
import { test } from "node:test";
import { randomFrom } from "../../src/vision/worker/synthetic/random.ts";
import type { Fault } from "./faults.ts";
import { makeSchedule, type ScheduledFault } from "./schedule.ts";

const faults = ["kill-a", "freeze-a", "kill-b", "freeze-b", "uplink"].map((name): Fault => {
  const target = name.replace(/^\w+-/, "");
  return { name, target, seconds: [1, 10], begin: () => undefined, end: () => undefined };
});

function scheduleOf(seed: number, overlap: boolean): ScheduledFault[] {
  return makeSchedule(faults, { seconds: 600, rate: 20, overlap }, randomFrom(seed));
}

function overlapping(schedule: readonly ScheduledFault[]): [ScheduledFault, ScheduledFault][] {
  return schedule.flatMap((one, index) =>
    schedule
      .slice(index + 1)
      .filter(({ at }) => at < one.at + one.seconds)
      .map((other): [ScheduledFault, ScheduledFault] => [one, other]),
  );
}

test("the same seed makes the same schedule, another seed another", () => {
  assert.deepEqual(scheduleOf(1, false), scheduleOf(1, false));
  assert.notDeepEqual(scheduleOf(1, false), scheduleOf(2, false));
});

test("faults last as long as they may, one at a time, and end in time", () => {
  const schedule = scheduleOf(1, false);
  assert.ok(schedule.length > 30);
  assert.ok(schedule.every(({ at, seconds }) => seconds >= 1 && seconds <= 10 && at + seconds <= 600));
  assert.deepEqual(overlapping(schedule), []);
});

test("no fault lasts longer than `longest`, also one that lasts longer at its shortest", () => {
  const lengths = (longest?: number) =>
    makeSchedule(faults, { seconds: 600, rate: 20, overlap: false, longest }, randomFrom(1)).map(
      ({ seconds }) => seconds,
    );
  const bounded = lengths(3);
  assert.ok(bounded.length > 30);
  assert.ok(bounded.every((seconds) => seconds >= 1 && seconds <= 3));
  assert.ok(Math.max(...bounded) - Math.min(...bounded) > 1, "they still differ");
  assert.deepEqual([...new Set(lengths(0.5))], [0.5]);
  assert.deepEqual(lengths(10), lengths());
});

test("faults that overlap are of different targets", () => {
  const pairs = overlapping(scheduleOf(1, true));
  assert.ok(pairs.length > 10);
  for (const [one, other] of pairs) assert.notEqual(one.fault.target, other.fault.target);
});

test("each kind happens once before one happens again", () => {
  const names = scheduleOf(3, false).map(({ fault }) => fault.name);
  for (let from = 0; from + faults.length <= names.length; from += faults.length)
    assert.equal(new Set(names.slice(from, from + faults.length)).size, faults.length);
});
