import assert from "node:assert/strict";
import { test } from "node:test";
import { type Box, type FaceFacts, landmarksOf } from "../../../src/face/face.ts";
import { decodeMessage, encodeFace } from "../../../src/face/message.ts";
import { alignment, project, referencePoints } from "../../../src/vision/alignment.ts";
import { pictureGeometry } from "../../../src/vision/picture-geometry.ts";
import { alignFace } from "../../../src/vision/supervisor/align-face.ts";
import { warp } from "../../../src/vision/worker/align.ts";
import { loadOpenCv } from "../../../src/vision/worker/opencv.ts";
import { facts } from "../../face/pictures.ts";

const cv = loadOpenCv();
const frame = { width: 640, height: 480, index: 0 };
/** A face of about 150 pixels, turned by 20 degrees. */
const landmarks = landmarksOf((name) => {
  const { x, y } = referencePoints[name];
  return { x: 300 + 1.4 * (0.94 * x - 0.34 * y), y: 150 + 1.4 * (0.34 * x + 0.94 * y) };
});

/** Smooth, so that interpolation hardly matters, and different everywhere. */
function gradient() {
  const pixels = Buffer.alloc(frame.width * frame.height * 3);
  for (let at = 0; at < frame.width * frame.height; at++) {
    pixels[at * 3] = Math.round(((at % frame.width) / frame.width) * 255);
    pixels[at * 3 + 1] = Math.round((Math.floor(at / frame.width) / frame.height) * 255);
    pixels[at * 3 + 2] = 200;
  }
  return new cv.Mat(pixels, frame.height, frame.width, cv.CV_8UC3);
}

function faceOf(crop: Box, scale = 1): Buffer {
  const view = gradient().getRegion(new cv.Rect(crop.x, crop.y, crop.width, crop.height));
  const picture = view.resize(
    Math.round(crop.height * scale),
    Math.round(crop.width * scale),
    0,
    0,
    cv.INTER_AREA,
  );
  const more: Partial<FaceFacts> = { frame, landmarks, crop, box: { x: 320, y: 200, width: 90, height: 90 } };
  return encodeFace(cv.imencode(".png", picture), "png", { ...facts, ...more });
}

test("a stored face is aligned as detect aligns it from the frame, also when its picture was made smaller", async () => {
  const expected = warp(cv, gradient(), alignment(landmarks)).getData();
  for (const [scale, tolerance] of [
    [1, 1],
    [0.5, 3],
  ] as const) {
    const aligned = await alignFace(faceOf({ x: 150, y: 100, width: 400, height: 360 }, scale));
    assert.ok(aligned);
    const actual = cv.imdecode(aligned).getData();
    const worst = actual.reduce(
      (most, value, at) => Math.max(most, Math.abs(value - (expected[at] ?? 0))),
      0,
    );
    assert.ok(worst <= tolerance, `scale ${scale}: ${worst}`);
    const decoded = decodeMessage(aligned);
    assert.ok(decoded.kind === "face" && decoded.facts.aligned);
    assert.deepEqual(decoded.facts.landmarks, landmarks);
    assert.equal(await alignFace(aligned), aligned, "aligned already");
  }
});

test("what the picture does not show is black, and the crop says so", async () => {
  const crop = { x: 320, y: 200, width: 60, height: 60 };
  const decoded = decodeMessage((await alignFace(faceOf(crop))) ?? Buffer.alloc(0));
  assert.ok(decoded.kind === "face");
  assert.deepEqual(decoded.facts.crop, crop);
});

test("landmarks and box in pixels of the picture: of a crop, one made smaller, an aligned one and an older one", () => {
  const box = { x: 320, y: 200, width: 90, height: 90 };
  const base: FaceFacts = { ...facts, frame, box, landmarks };
  const crop = { x: 300, y: 180, width: 120, height: 140 };
  const cropped = pictureGeometry({ ...base, crop }, { width: 120, height: 140 });
  assert.deepEqual(cropped.box, { x: 20, y: 20, width: 90, height: 90 });
  assert.equal(cropped.landmarks?.nose.x, landmarks.nose.x - 300);
  const half = pictureGeometry({ ...base, crop }, { width: 60, height: 70 });
  assert.deepEqual(half.box, { x: 10, y: 10, width: 45, height: 45 });
  assert.deepEqual(pictureGeometry(base, { width: 110, height: 110 }).box, {
    x: 10,
    y: 10,
    width: 90,
    height: 90,
  });
  const { landmarks: points } = pictureGeometry(
    { ...base, crop, aligned: true },
    { width: 112, height: 112 },
  );
  const nose = project(alignment(landmarks), landmarks.nose);
  assert.ok(
    Math.abs((points?.nose.x ?? 0) - nose.x) < 1e-9 && Math.abs((points?.nose.y ?? 0) - nose.y) < 1e-9,
  );
  // Anyone may publish any numbers.
  const odd = pictureGeometry(
    {
      ...base,
      crop: { x: 0, y: 0, width: 0, height: -1 },
      box: { x: 1e308, y: -1e308, width: 1e308, height: 1e308 },
    },
    { width: 20, height: 20 },
  );
  assert.ok(
    Object.values(odd.box).every((value) => value >= 0 && value <= 20),
    JSON.stringify(odd),
  );
});
