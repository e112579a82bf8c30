import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSynthetic } from "../../../../src/vision/synthetic-spec.ts";
import { createDetector } from "../../../../src/vision/worker/detectors/create-detector.ts";
import { intersectionOverUnion } from "../../../../src/vision/worker/iou.ts";
import { loadOpenCv } from "../../../../src/vision/worker/opencv.ts";
import { rendererOf } from "../../../../src/vision/worker/synthetic/draw.ts";
import { isWithinWindow, searchWindow } from "../../../../src/vision/worker/visits/search-window.ts";
import { settings } from "../../harness.ts";
import { noModel, yunet } from "../detectors/yunet-model.ts";

test("a search window has a border around the faces, within the frame; a large one is not used", () => {
  const frame = { width: 640, height: 480 };
  assert.equal(searchWindow([], frame), undefined);
  const face = { x: 300, y: 200, width: 60, height: 80 };
  const window = searchWindow([face], frame);
  assert.ok(
    window &&
      window.x < 270 &&
      window.y < 170 &&
      window.x + window.width > 390 &&
      window.y + window.height > 310,
  );
  assert.ok(window.width % 64 === 0 && window.height % 64 === 0);
  const corner = searchWindow([{ ...face, x: 600, y: 0 }], frame);
  assert.ok(corner && corner.y === 0 && corner.x + corner.width === 640);
  assert.equal(
    searchWindow([face, { ...face, x: 10, y: 10 }, { ...face, x: 560, y: 380 }], frame),
    undefined,
  );
});

test("a search window and the whole frame have the same detections", { skip: noModel }, async () => {
  const cv = loadOpenCv();
  const spec = parseSynthetic("synthetic:faces=2,seed=4");
  const mat = new cv.Mat(Buffer.from(rendererOf(spec)(0)), spec.height, spec.width, cv.CV_8UC3);
  for (const detector of [{ name: "haar" } as const, yunet]) {
    const { detect } = await createDetector(cv, settings("", { detector }));
    const whole = await detect(mat);
    assert.equal(whole.length, 2);
    for (const { box, landmarks } of whole) {
      const window = searchWindow([box], spec);
      assert.ok(window);
      const all = await detect(mat, window);
      const found = all.find((each) => intersectionOverUnion(each.box, box) > 0);
      assert.ok(found && isWithinWindow(found.box, window, spec));
      // The cascade searches in large steps, which start at the corner of the part.
      assert.ok(intersectionOverUnion(found.box, box) > (detector.name === "haar" ? 0.6 : 0.85));
      if (landmarks)
        assert.ok(Math.abs((found.landmarks?.nose.x ?? 0) - landmarks.nose.x) < 0.08 * box.width);
    }
  }
  mat.release();
});
