import type { PictureFormat } from "../../src/face/face.ts";
import { encodeFace } from "../../src/face/message.ts";
import { parseSynthetic } from "../../src/vision/synthetic-spec.ts";
import { loadOpenCv } from "../../src/vision/worker/opencv.ts";
import { rendererOf } from "../../src/vision/worker/synthetic/draw.ts";
import { facts } from "../face/pictures.ts";

const cv = loadOpenCv();

/** The message of a face that detect could send, of this many pixels: the synthetic camera's frame. */
export function faceMessage(
  format: PictureFormat,
  { color = false, width = 200, height = 160, more = {} } = {},
): Buffer {
  const spec = parseSynthetic(`synthetic:size=${width}x${height}`);
  const frame = new cv.Mat(Buffer.from(rendererOf(spec)(0)), spec.height, spec.width, cv.CV_8UC3);
  const gray = frame.cvtColor(cv.COLOR_BGR2GRAY);
  const picture = cv.imencode(format === "png" ? ".png" : ".jpg", color ? frame : gray);
  for (const mat of [gray, frame]) mat.release();
  return encodeFace(picture, format, { ...facts, ...more });
}

/** Width, height and channels of a message's picture, as OpenCV decodes it. */
export function shapeOf(message: Buffer): { width: number; height: number; channels: number } {
  const mat = cv.imdecode(message, cv.IMREAD_UNCHANGED);
  const shape = { width: mat.cols, height: mat.rows, channels: mat.channels };
  mat.release();
  return shape;
}
