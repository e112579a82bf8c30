import assert from "node:assert/strict";
import { test } from "node:test";
import { SelectiveRepeat } from "../../src/spool/selective-repeat.ts";
import { type Scenario, simulate } from "./simulation.ts";

/** A window whose faces are numbers, all acknowledged by the broker. */
function opened(count: number, maxWindow = 500): SelectiveRepeat<number> {
  const window = new SelectiveRepeat<number>(maxWindow);
  for (let face = 1; face <= count; face++) send(window, face, 0);
  return window;
}

function send(window: SelectiveRepeat<number>, face: number, now: number): void {
  window.sent(face, now);
  window.acknowledged(face);
}

test("the window starts with 50 faces, grows with confirmations and never exceeds its maximum", () => {
  const window = opened(50);
  assert.equal(window.hasRoom, false);
  for (let face = 1; face <= 50_000; face++) {
    window.confirmed(face, false, face);
    send(window, face + 50, face);
  }
  assert.equal(window.window, 500);
  assert.equal(new SelectiveRepeat<number>(20).window, 20);
});

test("a face is sent again 5 s after a later one was confirmed, and not before", () => {
  const window = opened(3);
  window.confirmed(1, false, 100);
  window.confirmed(3, false, 200);
  assert.deepEqual(window.due(5100), []);
  assert.deepEqual(window.due(5300), [2]);
});

test("a face that the broker has not acknowledged is the publisher's to repeat", () => {
  const window = opened(1);
  window.sent(2, 0);
  send(window, 3, 0);
  window.confirmed(3, false, 200);
  assert.deepEqual(window.due(10_000), [1]);
});

test("losses halve the window once per wait; a repeat that was needless restores it and lengthens the wait", () => {
  const window = opened(3);
  window.confirmed(3, false, 100);
  const before = window.window;
  assert.deepEqual(window.due(5200), [1, 2]);
  assert.equal(window.window, Math.floor(before / 2));
  for (const face of [1, 2]) send(window, face, 5200);
  window.due(5400);
  assert.equal(window.window, Math.floor(before / 2));
  window.confirmed(1, true, 5500);
  assert.ok(window.window >= before);
  // The next loss waits 7.5 s.
  send(window, 4, 6000);
  send(window, 5, 6000);
  window.confirmed(5, false, 6100);
  assert.deepEqual(window.due(6100 + 5200), []);
  assert.deepEqual(window.due(6100 + 7600), [2, 4]);
});

test("a receipt `repeated` for a face that was sent once says nothing about the wait", () => {
  const window = opened(2);
  window.confirmed(2, true, 100);
  assert.deepEqual(window.due(5200), [1]);
});

test("when nothing is confirmed for 30 s the oldest is sent again, then after 60 s", () => {
  const window = opened(2);
  assert.deepEqual(window.due(30_000), []);
  assert.deepEqual(window.due(30_001), [1]);
  send(window, 1, 30_001);
  assert.deepEqual(window.due(90_001), []);
  assert.deepEqual(window.due(90_002), [2]);
});

test("a face that is never confirmed takes no place in the window after its fourth attempt, and is tried again later", () => {
  const window = opened(1);
  let now = 0;
  for (let attempt = 1; attempt <= 4; attempt++) {
    assert.equal(window.open, 1);
    send(window, 1000 + attempt, ++now);
    window.confirmed(1000 + attempt, false, ++now);
    now += 5001;
    for (const face of window.due(now)) send(window, face, now);
  }
  assert.equal(window.open, 0);
  assert.deepEqual(window.due(now + 59_000), []);
  assert.deepEqual(window.due(now + 61_000), [1]);
});

test("an outage says nothing about the usual time: after it the wait is as short as before", () => {
  const window = opened(20);
  for (let face = 1; face <= 10; face++) window.confirmed(face, false, 3_600_000 + face);
  assert.deepEqual(window.due(3_600_011), []);
  send(window, 100, 3_600_100);
  window.confirmed(100, false, 3_600_300);
  assert.ok(window.due(3_605_400).length > 0);
});

test("in an outage the oldest face is tried every five minutes, however long it lasts, and is not parked", () => {
  const window = opened(1);
  let [now, tries] = [0, 0];
  for (; now < 4 * 3_600_000; now += 1000)
    for (const face of window.due(now)) {
      send(window, face, now);
      tries++;
    }
  assert.ok(tries > 45, `${tries} times in four hours`);
});

const scenarios: readonly (readonly [name: string, scenario: Scenario, sentAtMost: number])[] = [
  ["one site", { sites: 1, store: 400 }, 1.05],
  ["ten sites", {}, 1.1],
  ["ten sites, and the broker is killed every minute", { brokerKilledEvery: 60 }, 1.15],
  ["ten sites, and a store that takes 3 s more at random", { slow: 3 }, 1.1],
  ["ten sites, and 5 % of the receipts are lost", { receiptsLost: 0.05 }, 1.2],
];
for (const [name, scenario, sentAtMost] of scenarios) {
  test(`simulated, five minutes without an uplink: ${name}`, () => {
    const { made, stored, sentPerFace, drained } = simulate(scenario);
    assert.equal(stored, made);
    assert.ok(sentPerFace < sentAtMost, `each face was sent ${sentPerFace.toFixed(3)} times`);
    assert.ok(drained !== undefined);
  });
}

test("simulated: faces that are silently discarded for ever do not hold the others", () => {
  const { made, stored } = simulate({ sites: 2, neverStored: 20, store: 200 });
  assert.equal(stored, made - Math.floor(made / 2 / 20) * 2);
});
