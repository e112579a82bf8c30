import type { Box } from "../../face/face.ts";
import type { FrameSize, VisionSettings } from "../types.ts";
import type { Cv, Mat } from "./opencv.ts";
import { sampleSide } from "./visits/quality-score.ts";

/**
 * `box` widened by `margin` percent of its width on the left and right, and of its height above and below; clipped to the
 * frame.
 */
export function withMargin(box: Box, margin: number, frame: FrameSize): Box {
  const dx = Math.round((box.width * margin) / 100);
  const dy = Math.round((box.height * margin) / 100);
  const x = Math.max(0, box.x - dx);
  const y = Math.max(0, box.y - dy);
  return {
    x,
    y,
    width: Math.min(frame.width, box.x + box.width + dx) - x,
    height: Math.min(frame.height, box.y + box.height + dy) - y,
  };
}

export function sizeOf({ cols, rows }: Mat): FrameSize {
  return { width: cols, height: rows };
}

/** That part of the frame; shares its pixels. The caller releases it. */
export function view(cv: Cv, frame: Mat, { x, y, width, height }: Box): Mat {
  return frame.getRegion(new cv.Rect(x, y, width, height));
}

/** That part of the frame with its margin, as a PNG or JPEG file, in color or grayscale. */
export function crop(cv: Cv, frame: Mat, box: Box, { margin, color, format }: VisionSettings): Buffer {
  const region = view(cv, frame, withMargin(box, margin, sizeOf(frame)));
  const picture = color ? region : region.cvtColor(cv.COLOR_BGR2GRAY);
  try {
    return cv.imencode(format === "png" ? ".png" : ".jpg", picture);
  } finally {
    if (!color) picture.release();
    region.release();
  }
}

/** That part of the frame in grayscale, `sampleSide` pixels wide and high: the size in which quality is measured. */
export function sample(cv: Cv, frame: Mat, box: Box): Uint8Array {
  const region = view(cv, frame, box);
  // Enlarging with INTER_AREA makes blocks, whose edges would count as sharpness.
  const enlarges = Math.min(box.width, box.height) < sampleSide;
  const small = region.resize(sampleSide, sampleSide, 0, 0, enlarges ? cv.INTER_LINEAR : cv.INTER_AREA);
  const gray = small.cvtColor(cv.COLOR_BGR2GRAY);
  const bytes = gray.getData();
  for (const mat of [gray, small, region]) mat.release();
  return bytes;
}
