import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { landmarkNames } from "../../../../src/face/face.ts";
import { parseSynthetic } from "../../../../src/vision/synthetic-spec.ts";
import { decode } from "../../../../src/vision/worker/detectors/yunet/decode.ts";
import type { GridOutput } from "../../../../src/vision/worker/detectors/yunet/session.ts";
import { intersectionOverUnion, nonMaxSuppression } from "../../../../src/vision/worker/iou.ts";
import { sceneOf } from "../../../../src/vision/worker/synthetic/scene.ts";
import { analyze, folderOf, ppm, settings } from "../../harness.ts";
import { noModel, yunet } from "./yunet-model.ts";

const { FACEPIPE_TEST_DATA = "../shared/data" } = process.env;

/** A grid of 4 by 2 cells with a face in column 1, row 1. */
function grid(cls: number, obj: number): GridOutput {
  const output = {
    stride: 16,
    cls: new Float32Array(8),
    obj: new Float32Array(8),
    bbox: new Float32Array(32),
    kps: new Float32Array(80),
  };
  const cell = 5;
  output.cls[cell] = cls;
  output.obj[cell] = obj;
  output.bbox.set([0.5, -0.25, Math.log(2), Math.log(3)], cell * 4);
  output.kps.set([0, 0, 1, 0, 0.5, 0.5, 0.25, 1, 0.75, 1], cell * 10);
  return output;
}

test("a cell's outputs are decoded to a box and landmarks, in units of the stride", () => {
  const [found, ...others] = decode([grid(0.81, 1)], 64, 0.7);
  assert.equal(others.length, 0);
  assert.ok(Math.abs((found?.score ?? 0) - 0.9) < 1e-6);
  // Center (1.5, 0.75) strides, 2 by 3 strides large.
  const near = (actual: number | undefined, expected: number) =>
    assert.ok(Math.abs((actual ?? 0) - expected) < 1e-4);
  near(found?.box.x, 8);
  near(found?.box.y, -12);
  near(found?.box.width, 32);
  near(found?.box.height, 48);
  assert.deepEqual(found?.landmarks, {
    rightEye: { x: 16, y: 16 },
    leftEye: { x: 32, y: 16 },
    nose: { x: 24, y: 24 },
    rightMouth: { x: 20, y: 32 },
    leftMouth: { x: 28, y: 32 },
  });
  assert.deepEqual(decode([grid(0.81, 1)], 64, 0.91), []);
  assert.deepEqual(decode([grid(-0.01, 1)], 64, 0.1), []);
});

test("of boxes that overlap much, the one with the highest score is selected", () => {
  const box = (x: number, score: number) => ({ box: { x, y: 0, width: 10, height: 10 }, score });
  assert.equal(intersectionOverUnion(box(0, 1).box, box(5, 1).box), 50 / 150);
  assert.equal(intersectionOverUnion(box(0, 1).box, box(10, 1).box), 0);
  const selected = nonMaxSuppression([box(0, 0.8), box(1, 0.9), box(20, 0.7), box(7, 0.75)], 0.3);
  assert.deepEqual(
    selected.map(({ score }) => score),
    [0.9, 0.75, 0.7],
  );
});

test("YuNet finds exactly the drawn faces, with their landmarks", {
  skip: noModel,
}, async (t) => {
  for (const text of [
    "faces=0",
    "faces=1,seed=6",
    "faces=3,seed=8",
    "faces=2,size=1280x720",
    "faces=1,size=300x200",
  ]) {
    const camera = `synthetic:${text},seconds=2,pace=off`;
    const { frames } = await analyze(t, settings(camera, { detector: yunet }));
    const scene = sceneOf(parseSynthetic(camera));
    assert.equal(frames.length, 60);
    for (const { index, faces } of frames) {
      const truth = scene(index);
      assert.equal(faces.length, truth.length, `${camera}, frame ${index}`);
      for (const { box, landmarks, detector } of faces) {
        assert.equal(detector, "yunet");
        assert.ok(truth.some((real) => intersectionOverUnion(real, box) > 0.5));
        for (const name of landmarkNames) {
          const { x, y } = landmarks?.[name] ?? { x: -1, y: -1 };
          assert.ok(x > box.x && x < box.x + box.width && y > box.y && y < box.y + box.height, name);
        }
        assert.ok((landmarks?.rightEye.x ?? 0) < (landmarks?.leftEye.x ?? 0));
      }
    }
  }
});

test("an image may have sides that are not multiples of 32, or be tiny", { skip: noModel }, async (t) => {
  const folder = await folderOf(t, {
    "a.ppm": ppm("synthetic:size=333x251"),
    "b.ppm": ppm("synthetic:size=64x64,faces=0"),
  });
  const { frames } = await analyze(t, settings(folder, { detector: yunet }));
  assert.deepEqual(
    frames.map(({ faces }) => faces.length),
    [1, 0],
  );
});

const negatives = join(FACEPIPE_TEST_DATA, "images/negatives");
const noImages = !existsSync(negatives) && `no ${negatives}; FACEPIPE_TEST_DATA says where the data is`;

test("YuNet finds no face in images without faces", { skip: noModel || noImages }, async (t) => {
  const { frames } = await analyze(t, settings(negatives, { detector: yunet }));
  assert.equal(frames.length, readdirSync(negatives).length);
  assert.deepEqual(
    frames.flatMap(({ faces }) => faces),
    [],
  );
});

test("a file that is not the model is reported", async (t) => {
  const folder = await folderOf(t, { "text.onnx": "this is not a model" });
  const open = (model: string) =>
    analyze(t, settings("synthetic", { detector: { ...yunet, model } as typeof yunet }), 1);
  await assert.rejects(open(join(folder, "none.onnx")), /none\.onnx cannot be read/);
  await assert.rejects(open(join(folder, "text.onnx")), /text\.onnx is not the model that facepipe runs/);
  const fixed = join(FACEPIPE_TEST_DATA, "models/face_detection_yunet_2023mar.onnx");
  if (existsSync(fixed)) await assert.rejects(open(fixed), /it accepts images of 640x640 only/);
  else t.diagnostic(`no ${fixed}`);
});
