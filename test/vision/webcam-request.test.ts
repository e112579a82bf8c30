import assert from "node:assert/strict";
import { test } from "node:test";
import {
  streamText,
  unmetRequests,
  uselessRequest,
  webcamRequestText,
} from "../../src/vision/webcam-request.ts";

test("what was asked for and what came are told in words", () => {
  assert.equal(webcamRequestText({}), "its best up to 1280x720 mjpeg, 30 frames/s");
  assert.equal(
    webcamRequestText({ size: { width: 640, height: 480 }, format: "yuyv", rate: 15 }),
    "640x480 yuyv, 15 frames/s",
  );
  assert.equal(
    streamText({ codec: "mjpeg", width: 640, height: 480, rate: 30_000 / 1001 }),
    "640x480 mjpeg, 29.97 frames/s",
  );
  assert.equal(streamText({ width: 640, height: 480 }), "640x480");
});

test("only what was asked for explicitly and did not come is unmet", () => {
  const came = { codec: "yuyv", width: 640, height: 480, rate: 29.97 };
  assert.deepEqual(unmetRequests({}, came), []);
  const size = { width: 640, height: 480 };
  assert.deepEqual(unmetRequests({ size, format: "yuyv", rate: 30 }, came), []);
  assert.deepEqual(unmetRequests({ size: { width: 1920, height: 1080 }, format: "mjpeg", rate: 60 }, came), [
    "--video-size 1920x1080: it delivers 640x480",
    "--input-format mjpeg: it delivers yuyv",
    "--framerate 60: it delivers 29.97 frames/s",
  ]);
  assert.deepEqual(unmetRequests({ format: "mjpeg", rate: 60 }, { width: 1, height: 1 }), [
    "--input-format mjpeg: it delivers a format that it does not tell",
    "--framerate 60: it delivers a rate that it does not tell",
  ]);
});

test("what only a webcam can be asked for has no effect on other sources, which is said", () => {
  const size = { width: 640, height: 480 };
  for (const camera of ["0", "/dev/video0", "/dev/v4l/by-id/usb-x"])
    assert.equal(uselessRequest(camera, { size }), undefined);
  for (const camera of [
    "rtsp://h/x",
    "gst:v4l2src",
    "synthetic",
    import.meta.dirname,
    import.meta.filename,
  ]) {
    assert.match(
      uselessRequest(camera, { size, rate: 5 }) ?? "",
      /^--video-size, --framerate: only a webcam/,
    );
    assert.equal(uselessRequest(camera, {}), undefined);
  }
});
