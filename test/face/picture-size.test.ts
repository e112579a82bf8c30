import assert from "node:assert/strict";
import { test } from "node:test";
import { readJpegSize } from "../../src/face/jpeg.ts";
import { encodeFace } from "../../src/face/message.ts";
import { readPngSize } from "../../src/face/png.ts";
import { draw, facts, pillowMissing } from "./pictures.ts";

const skip = pillowMissing() ?? false;
const size = { width: 40, height: 30 };

test("width and height of a picture are in its header", { skip }, () => {
  for (const mode of ["L", "RGB", "P"]) {
    assert.deepEqual(readPngSize(encodeFace(draw("PNG", mode), "png", facts)), size);
  }
  for (const options of ["", "progressive=True", "optimize=True", "exif=Image.Exif().tobytes()"]) {
    const jpeg = draw("JPEG", "RGB", options);
    assert.deepEqual(readJpegSize(jpeg), size, options);
    assert.deepEqual(readJpegSize(encodeFace(jpeg, "jpeg", facts)), size, options);
  }
});

test("a JPEG without a height, or without a frame header, has no size", { skip }, () => {
  const jpeg = draw("JPEG");
  const header = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
  const later = Buffer.from(jpeg);
  later.writeUInt16BE(0, header + 5);
  assert.equal(readJpegSize(later), undefined);
  const none = Buffer.from(jpeg);
  none[header + 1] = 0xe5;
  assert.equal(readJpegSize(none), undefined);
});

test("a truncated picture has no size, or says that it is truncated", { skip }, () => {
  const [png, jpeg] = [draw("PNG"), draw("JPEG")];
  assert.equal(readPngSize(png.subarray(0, 20)), undefined);
  const header = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
  for (let length = 2; length < header + 10; length++)
    assert.throws(() => readJpegSize(jpeg.subarray(0, length)), { message: "the JPEG is truncated" });
});
