import assert from "node:assert/strict";
import { test } from "node:test";
import { Health } from "../../src/ops/health.ts";
import { createMetrics } from "../../src/ops/metrics.ts";
import type { RoleContext } from "../../src/roles/role.ts";
import { watchProgress } from "../../src/roles/watch-progress.ts";

test("a role that finishes nothing for a minute is unhealthy, also while its connection flaps", async (t) => {
  t.mock.timers.enable({ apis: ["Date"], now: 1e12 });
  const health = new Health();
  let [inFlight, downSince]: [number, number | undefined] = [0, undefined];
  health.addReadiness(() => (downSince === undefined ? undefined : "not connected"));
  health.addOutage(() => downSince);
  const context = { metrics: await createMetrics(), labels: {}, health } as unknown as RoleContext;
  const progress = watchProgress(context, () => inFlight);
  const after = (seconds: number) => {
    t.mock.timers.tick(seconds * 1000);
    return health.livenessFailures.length;
  };
  assert.equal(after(100), 0, "nothing is in flight");
  inFlight = 1;
  assert.deepEqual([after(59), after(2)], [0, 1]);
  progress.touch();
  assert.equal(after(1), 0);
  // Down for 10 s, again and again.
  for (let each = 0; each < 6; each++) {
    downSince = Date.now();
    t.mock.timers.tick(10_000);
  }
  assert.equal(after(1), 1);
  // A broker that cannot be reached.
  assert.deepEqual([after(20), after(1000)], [0, 0]);
  downSince = undefined;
  assert.deepEqual([after(59), after(2)], [0, 1]);
});

test("work that begins after an hour in which nobody asked is not stuck", async (t) => {
  t.mock.timers.enable({ apis: ["Date", "setInterval"], now: 1e12 });
  const health = new Health();
  let inFlight = 0;
  const context = { metrics: await createMetrics(), labels: {}, health } as unknown as RoleContext;
  watchProgress(context, () => inFlight);
  t.mock.timers.tick(3600_000);
  inFlight = 1;
  assert.deepEqual(health.livenessFailures, []);
  t.mock.timers.tick(66_000);
  assert.equal(health.livenessFailures.length, 1);
});

test("a role that knows why nothing finishes says it", async (t) => {
  t.mock.timers.enable({ apis: ["Date"], now: 1e12 });
  const health = new Health();
  const context = { metrics: await createMetrics(), labels: {}, health } as unknown as RoleContext;
  let why: string | undefined;
  watchProgress(
    context,
    () => 1,
    () => why,
  );
  t.mock.timers.tick(61_000);
  assert.deepEqual(health.livenessFailures, ["messages are in flight and none has finished for 61 s"]);
  why = "the disk is full";
  assert.match(health.livenessFailures[0] ?? "", /for 61 s: the disk is full$/);
});
