import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { aborted, doneBefore } from "../../src/base/abort.ts";
import { Backoff, keepTrying } from "../../src/base/retry.ts";
import { Semaphore } from "../../src/base/semaphore.ts";
import { sleep, within } from "../../src/base/time.ts";

test("backoff stays within its limits, grows, has jitter, and starts again after a reset", () => {
  const limits = { min: 100, max: 5000 };
  const runs = Array.from({ length: 200 }, () => {
    const backoff = new Backoff(limits);
    return { backoff, waits: Array.from({ length: 30 }, () => backoff.next()) };
  });
  for (const { backoff, waits } of runs) {
    for (const [nth, wait] of waits.entries()) {
      assert.ok(wait >= 100 && wait <= Math.min(5000, 3 * (waits[nth - 1] ?? 100)), `${waits}`);
    }
    backoff.reset();
    assert.ok(backoff.next() <= 300);
  }
  const last = runs.map(({ waits }) => waits.at(-1) ?? 0);
  assert.ok(Math.max(...last) > 1000, "it grows");
  assert.ok(new Set(last).size > 50, "devices that failed together do not reconnect together");
});

const limits = { min: 1, max: 2 };

test("keepTrying retries until the work succeeds and reports each failure", async () => {
  let tries = 0;
  const told: number[] = [];
  const result = await keepTrying(
    async () => {
      if (++tries < 4) throw new Error("passing");
      return "done";
    },
    {
      signal: new AbortController().signal,
      limits,
      isTransient: () => true,
      onRetry: (_, attempt) => told.push(attempt),
    },
  );
  assert.equal(result, "done");
  assert.deepEqual(told, [1, 2, 3]);
});

test("keepTrying ends with the error of the work when that is permanent or the signal aborts", async () => {
  const stop = new AbortController();
  let tries = 0;
  const work = async () => Promise.reject(new Error(`failure ${++tries}`));
  const options = { signal: stop.signal, limits: { min: 60_000, max: 60_000 }, onRetry: () => stop.abort() };
  await assert.rejects(keepTrying(work, { ...options, isTransient: () => false }), { message: "failure 1" });
  // The backoff is a minute: the signal ends it.
  await assert.rejects(keepTrying(work, { ...options, isTransient: () => true }), { message: "failure 2" });
  await assert.rejects(keepTrying(work, { ...options, isTransient: () => true }), { message: "failure 3" });
  assert.equal(getEventListeners(stop.signal, "abort").length, 0);
});

test("a semaphore runs that many at once, in the order of arrival, also after failures", async () => {
  const semaphore = new Semaphore(2);
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  let inside = 0;
  let most = 0;
  const runs = Array.from({ length: 6 }, (_, nth) =>
    semaphore.run(async () => {
      begun.push(nth);
      most = Math.max(most, ++inside);
      await new Promise<void>((resolve) => ends.push(resolve));
      inside--;
      if (nth % 2 === 0) throw new Error(`${nth}`);
      return nth;
    }),
  );
  const settled = Promise.allSettled(runs);
  assert.deepEqual(begun, [0, 1]);
  while (begun.length < 6 || ends.length > 0) {
    ends.shift()?.();
    await new Promise(setImmediate);
  }
  assert.deepEqual(
    (await settled).map((each) => (each.status === "fulfilled" ? each.value : each.reason.message)),
    ["0", 1, "2", 3, "4", 5],
  );
  assert.deepEqual(begun, [0, 1, 2, 3, 4, 5]);
  assert.equal(most, 2);
  assert.equal(await semaphore.run(async () => "free again"), "free again");
});

test("within returns the result, the error, or the value for a timeout", async () => {
  assert.equal(await within(60_000, Promise.resolve("done"), "late"), "done");
  await assert.rejects(within(60_000, Promise.reject(new Error("failed")), "late"), { message: "failed" });
  assert.equal(await within(1, new Promise(() => undefined), "late"), "late");
});

test("waiting for work or a signal leaves no listener behind", async () => {
  const stop = new AbortController();
  const listeners = () => getEventListeners(stop.signal, "abort").length;
  assert.equal(await doneBefore(Promise.resolve(), stop.signal), true);
  await assert.rejects(doneBefore(Promise.reject(new Error("failed")), stop.signal), { message: "failed" });
  await sleep(1, stop.signal);
  assert.equal(listeners(), 0);
  const never = new Promise(() => undefined);
  const [waiting, sleeping, told] = [
    doneBefore(never, stop.signal),
    sleep(60_000, stop.signal),
    aborted(stop.signal),
  ];
  stop.abort();
  assert.equal(await waiting, false);
  await sleeping;
  await told;
  assert.equal(listeners(), 0);
  assert.equal(await doneBefore(never, stop.signal), false);
  await sleep(60_000, stop.signal);
  await aborted(stop.signal);
});
