import assert from "node:assert/strict";
import { test } from "node:test";
import type { WebcamRequest } from "../../../../src/vision/types.ts";
import { setWebcamMode } from "../../../../src/vision/worker/sources/webcam-mode.ts";
import { type Camera, type CameraMode, cvWith } from "./webcam.ts";

function modes(format: CameraMode["format"], ...list: readonly (readonly [number, number, number])[]) {
  return list.map(([width, height, rate]) => ({ format, width, height, rate }));
}

/** As `v4l2-ctl --list-formats-ext` prints it for a common USB 2 camera. */
const mjpeg = modes(
  "MJPG",
  [1920, 1080, 30],
  [1280, 720, 30],
  [800, 600, 30],
  [640, 480, 30],
  [320, 240, 30],
);
const yuyv = modes("YUYV", [1280, 720, 10], [800, 600, 20], [640, 480, 30], [320, 240, 30]);

function ask(camera: Camera, request: WebcamRequest = {}) {
  const { cv } = cvWith(camera);
  const video = new cv.VideoCapture(0, cv.CAP_V4L2);
  const { width, height, codec, rate } = setWebcamMode(cv, video, request);
  return `${codec ?? "-"} ${width}x${height} ${rate ?? "-"}`;
}

const cases: readonly (readonly [string, Camera, WebcamRequest, string])[] = [
  ["everything", { modes: [...mjpeg, ...yuyv] }, {}, "mjpeg 1280x720 30"],
  ["MJPEG only", { modes: mjpeg }, {}, "mjpeg 1280x720 30"],
  ["raw pictures only, over USB 2", { modes: yuyv }, {}, "yuyv 640x480 30"],
  [
    "raw pictures only, over USB 3",
    { modes: modes("YUYV", [1280, 720, 30], [640, 480, 30]) },
    {},
    "yuyv 1280x720 30",
  ],
  ["a format of OpenCV's choice", { modes: modes("NV12", [1280, 720, 30]) }, {}, "nv12 1280x720 30"],
  [
    "25 frames/s in Europe",
    { modes: modes("MJPG", [1280, 720, 25], [640, 480, 30]) },
    {},
    "mjpeg 1280x720 25",
  ],
  [
    "never fast",
    { modes: modes("YUYV", [1280, 720, 5], [640, 480, 15], [320, 240, 15]) },
    {},
    "yuyv 640x480 15",
  ],
  ["slow MJPEG, fast raw", { modes: [...modes("MJPG", [1280, 720, 10]), ...yuyv] }, {}, "yuyv 640x480 30"],
  [
    "as slow in both",
    { modes: [...modes("MJPG", [1280, 720, 5]), ...modes("YUYV", [640, 480, 5])] },
    {},
    "mjpeg 1280x720 5",
  ],
  ["one size of its own", { modes: modes("YUYV", [720, 576, 25]) }, {}, "yuyv 720x576 25"],
  ["one size, too large", { modes: modes("MJPG", [1920, 1080, 60]) }, {}, "mjpeg 1920x1080 30"],
  [
    "the nearest is too large",
    { modes: modes("MJPG", [1280, 1024, 30], [640, 480, 30]) },
    {},
    "mjpeg 640x480 30",
  ],
  ["no rate", { modes: [...mjpeg, ...yuyv], fault: "tells no rate" }, {}, "mjpeg 1280x720 -"],
  ["nonsense", { modes: [...mjpeg, ...yuyv], fault: "tells nonsense" }, {}, "- 0x0 -"],
  ["refuses", { modes: [...mjpeg, ...yuyv], fault: "refuses to be set" }, {}, "yuyv 640x480 30"],
  ["throws", { modes: [...mjpeg, ...yuyv], fault: "throws when it is set" }, {}, "yuyv 640x480 30"],
  ["a size", { modes: [...mjpeg, ...yuyv] }, { size: { width: 1920, height: 1080 } }, "mjpeg 1920x1080 30"],
  [
    "a size of raw pictures alone",
    { modes: [...modes("MJPG", [640, 480, 30]), ...modes("YUYV", [1600, 1200, 5])] },
    { size: { width: 1600, height: 1200 } },
    "yuyv 1600x1200 5",
  ],
  [
    "a size that it does not have",
    { modes: mjpeg },
    { size: { width: 3840, height: 2160 } },
    "mjpeg 1920x1080 30",
  ],
  ["a format", { modes: [...mjpeg, ...yuyv] }, { format: "yuyv" }, "yuyv 640x480 30"],
  ["a format that it does not have", { modes: yuyv }, { format: "mjpeg" }, "yuyv 640x480 30"],
  ["raw pictures of a camera that has none", { modes: mjpeg }, { format: "yuyv" }, "mjpeg 1280x720 30"],
  ["a rate", { modes: [...mjpeg, ...yuyv] }, { rate: 15 }, "mjpeg 1280x720 15"],
  ["a low rate of raw pictures", { modes: yuyv }, { rate: 10 }, "yuyv 1280x720 10"],
  [
    "a high rate",
    { modes: modes("MJPG", [1280, 720, 30], [640, 480, 120]) },
    { rate: 120 },
    "mjpeg 640x480 120",
  ],
  [
    "size, format and rate",
    { modes: [...mjpeg, ...yuyv] },
    { size: { width: 320, height: 240 }, format: "yuyv", rate: 15 },
    "yuyv 320x240 15",
  ],
];

for (const [name, camera, request, expected] of cases)
  test(`a webcam with ${name} (${JSON.stringify(request)}): ${expected}`, () => {
    assert.equal(ask(camera, request), expected);
  });
