import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { analyze, settings } from "../../harness.ts";
import { cameraVideo, withoutFfmpeg } from "../sources/cameras/video.ts";

const { FACEPIPE_TEST_DATA = "../shared/data" } = process.env;
const recording = join(FACEPIPE_TEST_DATA, "videos/bench_asl_webcam_640x480_30fps.mp4");
const count = 200;

/** Debian's Python binding of the same OpenCV library that the addon is built against. */
const python = "/usr/bin/python3";

const loop = `
import cv2, json, sys
cascade = cv2.CascadeClassifier("/usr/share/opencv4/haarcascades/haarcascade_frontalface_default.xml")
video, boxes = cv2.VideoCapture(sys.argv[1]), []
for index in range(int(sys.argv[2])):
    ok, frame = video.read()
    gray = cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)
    boxes += [[index, *map(int, box)] for box in cascade.detectMultiScale(gray, 1.3, 5)]
print(json.dumps(boxes))
`;

const withoutCv2 =
  spawnSync(python, ["-c", "import cv2"]).status !== 0 && `${python} has no cv2 (python3-opencv)`;

for (const [name, source, missing] of [
  ["a synthetic video", cameraVideo, withoutFfmpeg],
  ["a recording", () => recording, !existsSync(recording) && `needs ${recording} (FACEPIPE_TEST_DATA)`],
] as const)
  test(`the Haar detector finds the boxes that Python's cv2 finds: ${name}`, {
    skip: withoutCv2 || missing,
  }, async (t) => {
    const video = source();
    const { frames } = await analyze(t, settings(video), count);
    const found = frames.flatMap(({ index, faces }) =>
      faces.map(({ box }) => [index, box.x, box.y, box.width, box.height]),
    );
    const expected: unknown = JSON.parse(
      execFileSync(python, ["-c", loop, video, `${count}`], { encoding: "utf8" }),
    );
    assert.deepEqual(found, expected);
    assert.ok(found.length > count / 2);
  });
