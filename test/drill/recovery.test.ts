import assert from "node:assert/strict";
import { test } from "node:test";
import { medianRecoveries, medianRecovery, recoveries } from "./recovery.ts";

const fault = { name: "kill-store", begin: 1000, end: 2000 };

test("a fault is over when a later face and all earlier ones are stored", () => {
  const faces = [
    { capturedAt: 1500, storedAt: 2500 },
    { capturedAt: 2100, storedAt: 3000 },
    { capturedAt: 1600, storedAt: 4000 },
  ];
  assert.deepEqual(recoveries([fault], faces), [{ ...fault, first: 1, backlog: 2 }]);
});

test("what was stored only after the next fault began says nothing of the first", () => {
  const next = { name: "uplink-cut", begin: 3500, end: 5000 };
  const faces = [
    { capturedAt: 2100, storedAt: 3000 },
    { capturedAt: 1600, storedAt: 4000 },
  ];
  const [recovery] = recoveries([fault, next], faces);
  assert.deepEqual(recovery, { ...fault, first: 1, backlog: undefined });
});

test("without a later face there is no recovery", () => {
  const [recovery] = recoveries([fault], [{ capturedAt: 1500, storedAt: 1600 }]);
  assert.equal(recovery?.first, undefined);
});

test("a recovery that was hidden counts as longer than all others", () => {
  assert.equal(medianRecovery([3, 1, 2]), 2);
  assert.equal(medianRecovery([undefined, 1, 2]), 2);
  assert.equal(medianRecovery([1, undefined, 2, 4]), 3);
  // Half of them are hidden, so the middle is one of these.
  assert.equal(medianRecovery([1, undefined, 2, undefined]), undefined);
  assert.equal(medianRecovery([undefined]), undefined);
  assert.equal(medianRecovery([]), undefined);
});

test("the medians are over the faults of all kinds", () => {
  const all = [
    { ...fault, first: 1, backlog: 2 },
    { ...fault, name: "kill-edge", first: 5, backlog: undefined },
    { ...fault, name: "uplink-cut", first: 3, backlog: undefined },
  ];
  assert.deepEqual(medianRecoveries(all), { first: 3, backlog: undefined });
});
