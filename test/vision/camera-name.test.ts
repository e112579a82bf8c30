import assert from "node:assert/strict";
import { test } from "node:test";
import { cameraName } from "../../src/vision/camera-name.ts";

test("a camera is named after its source", () => {
  const names = {
    "0": "cam0",
    "/dev/video2": "cam2",
    "/dev/v4l/by-id/usb-Cam_1.0": "usb-Cam_1",
    "rtsp://user:pw@entrance.example:8554/live?x=1": "entrance.example",
    "http://192.168.0.7/video": "192.168.0.7",
    "http://[::1]:81/": "_1",
    "videos/front entrance.mp4": "front_entrance",
    "/data/frames/": "frames",
    "...": "_",
    synthetic: "synthetic",
    "synthetic:faces=2": "synthetic",
    "synthetic.mp4": "synthetic",
  };
  for (const [source, name] of Object.entries(names)) assert.equal(cameraName(source), name, source);
});
