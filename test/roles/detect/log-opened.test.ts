import assert from "node:assert/strict";
import { test } from "node:test";
import { logOpened } from "../../../src/roles/detect/log-opened.ts";
import { keptLog, settings } from "../../vision/harness.ts";

const records = (lines: readonly string[]) =>
  lines.map((line) => JSON.parse(line)).map(({ level, event, msg }) => [level, event, msg]);

test("what a webcam was asked for and what came are logged once, not each time it is opened", async () => {
  const { log, lines } = await keptLog();
  const webcam = { size: { width: 1920, height: 1080 }, rate: 30 };
  const opened = logOpened(settings("/dev/video7", { webcam }), log);
  const stream = { codec: "yuyv", width: 640, height: 480, rate: 30 };
  opened({ live: true, stream });
  opened({ live: true, stream });
  const asked = "asked for 1920x1080 mjpeg, 30 frames/s";
  const first = [
    ["info", "camera_opened", `${asked}: it delivers 640x480 yuyv, 30 frames/s, detector haar`],
    ["warn", "camera_warning", "--video-size 1920x1080: it delivers 640x480"],
  ];
  assert.deepEqual(records(lines), first);
  // Another webcam on the same plug.
  opened({ live: true, stream: { codec: "mjpeg", width: 1920, height: 1080, rate: 30 } });
  assert.deepEqual(records(lines), [
    ...first,
    ["info", "camera_opened", `${asked}: it delivers 1920x1080 mjpeg, 30 frames/s, detector haar`],
  ]);
});

test("other sources tell what they deliver, if they know it", async () => {
  const { log, lines } = await keptLog();
  const webcam = { rate: 5 };
  logOpened(settings("synthetic", { webcam }), log)({ live: false, frames: 30 });
  const stream = { width: 320, height: 240, rate: 15 };
  logOpened(settings("rtsp://entrance.local/x", { webcam }), log)({ live: true, stream });
  assert.deepEqual(
    records(lines).map(([, , text]) => text),
    ["30 frames, detector haar", "a live source, 320x240, 15 frames/s, detector haar"],
  );
});
