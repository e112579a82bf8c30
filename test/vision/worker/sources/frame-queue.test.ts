import assert from "node:assert/strict";
import { test } from "node:test";
import { FrameQueue } from "../../../../src/vision/worker/sources/frame-queue.ts";

/** The queue of a camera that was read for a second without pause, at this interval, ms; and the time then. */
function readForASecond(interval: number) {
  const queue = new FrameQueue(0);
  queue.onRead(interval, interval);
  queue.onEmpty(interval);
  let now = interval;
  while (now < 1000) {
    now += interval;
    queue.onRead(interval * 0.7, now);
  }
  return { queue, now };
}

test("queued frames are estimated from the time that has passed", () => {
  const { queue, now } = readForASecond(40);
  assert.equal(Math.round(queue.interval), 40);
  assert.equal(queue.excess(now), 0);
  assert.equal(queue.excess(now + 50), 0, "one is queued, and it is the newest");
  assert.equal(queue.excess(now + 210), 4, "five are queued");
  for (let read = 0; read < 5; read++) queue.onRead(0, now + 210);
  assert.equal(queue.excess(now + 210), 0);
  assert.equal(Math.round(queue.arrivedAt(now + 210) - now), 200);
  // A frame that was there, but that a busy machine delivered late.
  queue.onRead(30, now + 350);
  assert.equal(queue.excess(now + 350), 1, "eight came, six were read");
});

test("the estimate expires, and a camera that changes its frame rate is measured again", () => {
  const { queue, now } = readForASecond(40);
  assert.equal(queue.excess(now + 4000), Number.POSITIVE_INFINITY);
  for (let read = 0; read < 50; read++) queue.onRead(0, now + 4000);
  queue.onEmpty(now + 4000);
  assert.equal(Math.round(queue.interval), 80);
  assert.equal(queue.arrivedAt(now + 3990), now + 3990, "no frame is from the future");
});
