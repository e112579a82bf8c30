import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSynthetic } from "../../../src/vision/synthetic-spec.ts";
import { loadOpenCv } from "../../../src/vision/worker/opencv.ts";
import { DamagedFrameError, decodedPicture, reductionFor } from "../../../src/vision/worker/picture.ts";
import { jpegPicture } from "../../../src/vision/worker/sources/jpeg-picture.ts";
import { rendererOf } from "../../../src/vision/worker/synthetic/draw.ts";

const cv = loadOpenCv();

/** A JPEG of the synthetic scene. */
function jpeg(width: number, height: number): Buffer {
  const spec = parseSynthetic(`synthetic:size=${width}x${height}`);
  const mat = new cv.Mat(Buffer.from(rendererOf(spec)(0)), height, width, cv.CV_8UC3);
  const file = cv.imencode(".jpg", mat);
  mat.release();
  return file;
}

/** The same JPEG, to be shown turned by 90 degrees (TIFF 6.0, Orientation 6), as a camera that hangs sideways says. */
function turned(file: Buffer): Buffer {
  const tiff = "49492a0008000000010012010300010000000600000000000000";
  const exif = Buffer.concat([Buffer.from("Exif\0\0", "latin1"), Buffer.from(tiff, "hex")]);
  const head = Buffer.from([0xff, 0xe1, 0, exif.length + 2]);
  return Buffer.concat([file.subarray(0, 2), head, exif, file.subarray(2)]);
}

test("the largest reduction that leaves enough pixels", () => {
  const cases = [
    [1920, 160, 8],
    [1280, 160, 8],
    [1279, 160, 4],
    [1280, 320, 4],
    [640, 320, 2],
    [639, 320, 1],
    [100, 320, 1],
  ] as const;
  for (const [size, needed, reduction] of cases) assert.equal(reductionFor(size, needed), reduction);
});

test("a JPEG is decoded as far as it is asked for, and once", () => {
  const picture = jpegPicture(cv, jpeg(643, 481));
  assert.deepEqual(picture.size, { width: 643, height: 481 });
  assert.equal(picture.isDecoded, false);
  const eighth = picture.at(8);
  assert.deepEqual([eighth.mat.cols, eighth.mat.rows, eighth.reduction], [81, 61, 8]);
  const half = picture.at(2);
  assert.deepEqual([half.mat.cols, half.mat.rows, half.reduction], [322, 241, 2]);
  assert.equal(picture.at(4), half);
  const whole = picture.at(1);
  assert.deepEqual([whole.mat.cols, whole.mat.rows, whole.reduction], [643, 481, 1]);
  assert.equal(picture.at(1), whole);
  picture.release();
});

test("a mask applies to everything that is decoded, before and after it was set", () => {
  const picture = jpegPicture(cv, jpeg(640, 480));
  const first = picture.at(8).mat;
  const corner = [new cv.Point2(0, 0), new cv.Point2(9, 0), new cv.Point2(0, 9)];
  picture.mask((mat) => mat.drawFillPoly([corner], new cv.Vec3(255, 255, 255)));
  for (const mat of [first, picture.at(2).mat, picture.at(1).mat])
    assert.deepEqual([...mat.getData().subarray(0, 3)], [255, 255, 255]);
  picture.release();
});

test("the size is that of the picture as it is shown", () => {
  const picture = jpegPicture(cv, turned(jpeg(640, 480)));
  const { mat } = picture.at(4);
  assert.deepEqual([mat.cols, mat.rows], [120, 160]);
  assert.deepEqual(picture.size, { width: 480, height: 640 });
  picture.release();
});

test("what is no JPEG is a damaged frame, and what has no end is not", () => {
  const file = jpeg(640, 480);
  for (const bytes of [Buffer.alloc(0), Buffer.from("<html>"), file.subarray(0, 100), file.subarray(50)])
    assert.throws(() => jpegPicture(cv, bytes).at(8), DamagedFrameError, `${bytes.length} bytes`);
  // Some cameras leave the marker at the end out.
  const picture = jpegPicture(cv, file.subarray(0, -2));
  assert.equal(picture.at(1).mat.cols, 640);
  picture.release();
});

test("a picture that is decoded already has one size", () => {
  const picture = decodedPicture(new cv.Mat(48, 64, cv.CV_8UC3));
  assert.deepEqual(picture.size, { width: 64, height: 48 });
  assert.equal(picture.at(8).reduction, 1);
  picture.release();
});
