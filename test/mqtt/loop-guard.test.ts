import assert from "node:assert/strict";
import { test } from "node:test";
import { LoopGuard } from "../../src/mqtt/loop-guard.ts";

const old = (name: string) => ({ name, version: "3.1.1" as const });

/** A guard that has a clock of its own. */
function guardAt(start: number) {
  const clock = { now: start };
  return { clock, guard: new LoopGuard(old("edge"), old("cloud"), () => clock.now) };
}

const message = (text: string) => ({
  topic: "faces/a",
  payload: Buffer.from(text),
  qos: 1 as const,
  retain: false,
});

/** Whether a message that arrives passes; it is delivered at once. */
function passes(guard: LoopGuard, text: string): boolean {
  if (guard.isLoop(message(text))) return false;
  guard.delivered(message(text));
  return true;
}

test("over MQTT 3.1.1 a message that comes back is a loop, one that is repeated after 5 s passes", () => {
  const { clock, guard } = guardAt(1e6);
  assert.ok(passes(guard, "face"));
  clock.now += 2999;
  assert.ok(!passes(guard, "face"));
  assert.ok(passes(guard, "another face"));
  clock.now += 2001;
  assert.ok(passes(guard, "face"));
});

test("a message that is repeated until it is confirmed passes again and again", () => {
  const { clock, guard } = guardAt(0);
  const passed: number[] = [];
  for (; clock.now <= 3_600_000; clock.now += 5000) if (passes(guard, "face")) passed.push(clock.now);
  assert.deepEqual(passed.slice(0, 4), [0, 5000, 15_000, 30_000]);
  // Each time it takes at most twice the time until then, and one period.
  for (const [index, at] of passed.slice(1).entries()) assert.ok(at <= 2 * (passed[index] ?? 0) + 5000);
});

test("a message that circles slower than 3 s circles a few times, not for ever", () => {
  for (const delay of [4000, 20_000, 300_000]) {
    const { clock } = guardAt(0);
    const up = new LoopGuard(old("edge"), old("cloud"), () => clock.now);
    const down = new LoopGuard(old("cloud"), old("edge"), () => clock.now);
    let copies = 0;
    // One after the other they pass it on, each after a queue of this delay.
    while (passes(up, "face")) {
      copies++;
      clock.now += delay / 2;
      if (!passes(down, "face")) break;
      clock.now += delay / 2;
    }
    assert.ok(copies <= 1 + Math.ceil(Math.log2(delay / 3000 + 1)), `${delay} ms: ${copies} copies`);
  }
});

test("with MQTT 5 the message itself says where it was, and a repeat always passes", () => {
  const five = (name: string) => ({ name, version: "5" as const });
  const guard = new LoopGuard(five("edge"), five("cloud"));
  assert.ok(passes(guard, "face"));
  assert.ok(passes(guard, "face"));
  const was = (via: string) => ({
    ...message("face"),
    properties: { userProperties: { "facepipe-via": via } },
  });
  assert.ok(guard.isLoop(was("cloud")));
  assert.ok(!guard.isLoop(was("elsewhere")));
});
