import assert from "node:assert/strict";
import { test } from "node:test";
import { cameraName } from "../../../src/vision/camera-name.ts";
import { withMargin } from "../../../src/vision/worker/crop.ts";
import { byClock, byCount } from "../../../src/vision/worker/frame-rate-limit.ts";
import { FrameQueue } from "../../../src/vision/worker/sources/frame-queue.ts";

test("a camera is named after its source", () => {
  const names = {
    "0": "cam0",
    "/dev/video2": "cam2",
    "/dev/v4l/by-id/usb-Cam_1.0": "usb-Cam_1",
    "rtsp://user:pw@door.example:8554/live?x=1": "door.example",
    "http://192.168.0.7/video": "192.168.0.7",
    "http://[::1]:81/": "_1",
    "videos/front door.mp4": "front_door",
    "/data/frames/": "frames",
    "...": "_",
    synthetic: "synthetic",
    "synthetic:faces=2": "synthetic",
    "synthetic.mp4": "synthetic",
  };
  for (const [source, name] of Object.entries(names)) assert.equal(cameraName(source), name, source);
});

test("a margin is cut off at the frame", () => {
  const frame = { width: 100, height: 80 };
  const box = { x: 40, y: 30, width: 20, height: 10 };
  assert.deepEqual(withMargin(box, 0, frame), box);
  assert.deepEqual(withMargin(box, 50, frame), { x: 30, y: 25, width: 40, height: 20 });
  assert.deepEqual(withMargin(box, 400, frame), { x: 0, y: 0, width: 100, height: 80 });
  const corner = { x: 90, y: 70, width: 10, height: 10 };
  assert.deepEqual(withMargin(corner, 10, frame), { x: 89, y: 69, width: 11, height: 11 });
});

test("a recording is thinned by its own rate", () => {
  const taken = (fps: number, rate: number) =>
    Array.from({ length: 12 }, (_, nth) => nth).filter((nth) => byCount(fps, rate).accepts(nth, 0));
  assert.deepEqual(taken(10, 30), [0, 3, 6, 9]);
  assert.deepEqual(taken(30, 30).length, 12);
  assert.deepEqual(taken(60, 30).length, 12);
  assert.equal(taken(20, 30).length, 8);
});

test("a live camera is thinned by the clock, and on the average exactly", () => {
  for (const [fps, rate] of [
    [10, 30],
    [20, 30],
    [1, 30],
    [30, 30],
    [5, 7],
  ] as const) {
    const cadence = byClock(fps);
    let looks = 0;
    for (let nth = 0; nth < rate * 100; nth++) if (cadence.accepts(nth, 1e12 + (nth * 1000) / rate)) looks++;
    assert.ok(Math.abs(looks - fps * 100) <= fps, `${looks} looks at ${fps} of ${rate}`);
  }
});

/** A backlog of a camera that was watched for a second without pause, at this interval, ms; and the time then. */
function watched(interval: number) {
  const backlog = new FrameQueue(0);
  backlog.count(interval, interval);
  backlog.settle(interval);
  let now = interval;
  while (now < 1000) {
    now += interval;
    backlog.count(interval * 0.7, now);
  }
  return { backlog, now };
}

test("frames that queued up are counted by the time that has passed", () => {
  const { backlog, now } = watched(40);
  assert.equal(Math.round(backlog.interval), 40);
  assert.equal(backlog.excess(now), 0);
  assert.equal(backlog.excess(now + 50), 0, "one waits, and it is the newest");
  assert.equal(backlog.excess(now + 210), 4, "five wait");
  for (let read = 0; read < 5; read++) backlog.count(0, now + 210);
  assert.equal(backlog.excess(now + 210), 0);
  assert.equal(Math.round(backlog.takenAt(now + 210) - now), 200);
  // A frame that a busy machine was slow to hand over, though it was there.
  backlog.count(30, now + 350);
  assert.equal(backlog.excess(now + 350), 1, "eight came, six were read");
});

test("the count of frames is not believed for ever, and a camera that changes its pace is measured again", () => {
  const { backlog, now } = watched(40);
  assert.equal(backlog.excess(now + 4000), Number.POSITIVE_INFINITY);
  for (let read = 0; read < 50; read++) backlog.count(0, now + 4000);
  backlog.settle(now + 4000);
  assert.equal(Math.round(backlog.interval), 80);
  assert.equal(backlog.takenAt(now + 3990), now + 3990, "no frame is from the future");
});
