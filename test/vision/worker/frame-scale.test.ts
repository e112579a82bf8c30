import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSynthetic } from "../../../src/vision/synthetic-spec.ts";
import { createDetector } from "../../../src/vision/worker/detectors/create-detector.ts";
import { reducedWindow, toFrame } from "../../../src/vision/worker/frame-scale.ts";
import { intersectionOverUnion } from "../../../src/vision/worker/iou.ts";
import { loadOpenCv } from "../../../src/vision/worker/opencv.ts";
import { jpegPicture } from "../../../src/vision/worker/sources/jpeg-picture.ts";
import { sceneOf } from "../../../src/vision/worker/synthetic/scene.ts";
import { jpegFrames, settings } from "../harness.ts";
import { noModel, yunet } from "./detectors/yunet-model.ts";

const cv = loadOpenCv();

test("a detection in a reduced frame is in whole pixels of the whole one, and within it", () => {
  const frame = { width: 643, height: 481 };
  const { box } = toFrame({ box: { x: 10.3, y: 20.4, width: 30, height: 30.2 }, score: 1 }, 4, frame);
  assert.deepEqual(box, { x: 41, y: 82, width: 120, height: 120 });
  const atEdge = toFrame({ box: { x: -1, y: 100, width: 162, height: 30 }, score: 1 }, 4, frame);
  assert.deepEqual(atEdge.box, { x: 0, y: 400, width: 643, height: 81 });
});

test("a window keeps its size in a reduced frame, and lies within it", () => {
  const mat = new cv.Mat(121, 161, cv.CV_8UC3);
  const decoded = { mat, reduction: 4 } as const;
  for (const x of [0, 1, 2, 3, 400])
    assert.equal(reducedWindow({ x, y: 0, width: 192, height: 64 }, decoded).width, 48);
  assert.deepEqual(reducedWindow({ x: 451, y: 0, width: 192, height: 481 }, decoded), {
    x: 112,
    y: 0,
    width: 48,
    height: 121,
  });
  mat.release();
});

test("a reduced JPEG and a whole one have the same detections", { skip: noModel }, async (t) => {
  const size = "1920x1080";
  const [file = Buffer.alloc(0)] = await jpegFrames(t, 1, size);
  const faces = sceneOf(parseSynthetic(`synthetic:size=${size}`))(0);
  const detector = await createDetector(cv, settings("", { detector: yunet }));
  const picture = jpegPicture(cv, file);
  assert.equal(detector.reductionFor(picture.size), 4);
  for (const reduction of [4, 1] as const) {
    const decoded = picture.at(reduction);
    const found = await detector.detect(decoded.mat);
    assert.equal(found.length, faces.length);
    for (const detection of found) {
      const { box } = toFrame(detection, decoded.reduction, picture.size);
      const overlaps = faces.map((face) => intersectionOverUnion(face, box));
      assert.ok(Math.max(...overlaps) > 0.6, `${reduction}: ${overlaps}`);
    }
  }
  picture.release();
});
