import assert from "node:assert/strict";
import { test } from "node:test";
import { withoutAddresses, withoutDurations } from "../../../src/vision/supervisor/opencv-output.ts";

test("lines of OpenCV and FFmpeg are shown without what differs each time", () => {
  const shown: Record<string, string> = {
    "[tcp @ 0x1cca2a80] Connection to tcp://127.0.0.1:1?timeout=0 failed: Connection refused":
      "[tcp] Connection to tcp://127.0.0.1:1?timeout=0 failed: Connection refused",
    "[mov,mp4,m4a,3gp,3g2,mj2 @ 0x268bed00] moov atom not found":
      "[mov,mp4,m4a,3gp,3g2,mj2] moov atom not found",
    "[rtsp @ 000001f2a3b4c5d0] method DESCRIBE failed: 401 Unauthorized":
      "[rtsp] method DESCRIBE failed: 401 Unauthorized",
    "[ WARN:0@10.263] global cap_ffmpeg_impl.hpp:453 _opencv_ffmpeg_interrupt_callback Stream timeout":
      "global cap_ffmpeg_impl.hpp:453 _opencv_ffmpeg_interrupt_callback Stream timeout",
    "double free at 0x7f38b9f64000 in thread": "double free at 0x... in thread",
    "a face at [3 @ door]": "a face at [3 @ door]",
  };
  for (const [line, expected] of Object.entries(shown)) assert.equal(withoutAddresses(line), expected);
});

test("two failures of one kind are the same whatever time they took, other numbers count", () => {
  const same = (one: string, other: string) => withoutDurations(one) === withoutDurations(other);
  assert.ok(same("timeout after 30012.3 ms", "timeout after 30015 ms"));
  assert.ok(same("gave up after 10.02 s", "gave up after 9.51 s"));
  assert.ok(!same("no frame within 2 s", "no frame within 5 s"));
  assert.ok(!same("HTTP 404 Not Found", "HTTP 503 Not Found"));
  assert.ok(!same("port 80 refused", "port 81 refused"));
});
