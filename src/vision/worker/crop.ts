import type { Box, PictureFormat } from "../../face/face.ts";
import type { Cv, Mat } from "./opencv.ts";
import { sampleSide } from "./visits/quality-score.ts";

/**
 * `box` made wider by `margin` percent of its width on the left and right, and of its height above and below;
 * what would lie outside the frame is cut off.
 */
export function withMargin(box: Box, margin: number, frame: { width: number; height: number }): Box {
  const sideways = Math.round((box.width * margin) / 100);
  const upwards = Math.round((box.height * margin) / 100);
  const x = Math.max(0, box.x - sideways);
  const y = Math.max(0, box.y - upwards);
  return {
    x,
    y,
    width: Math.min(frame.width, box.x + box.width + sideways) - x,
    height: Math.min(frame.height, box.y + box.height + upwards) - y,
  };
}

/** That part of the frame; shares its pixels. Whoever takes it releases it. */
export function view(cv: Cv, frame: Mat, { x, y, width, height }: Box): Mat {
  return frame.getRegion(new cv.Rect(x, y, width, height));
}

/** That part of the frame as a PNG or JPEG file, in colour or in grey. */
export function cut(
  cv: Cv,
  frame: Mat,
  box: Box,
  { color, format }: { readonly color: boolean; readonly format: PictureFormat },
): Buffer {
  const region = view(cv, frame, box);
  const picture = color ? region : region.cvtColor(cv.COLOR_BGR2GRAY);
  try {
    return cv.imencode(format === "png" ? ".png" : ".jpg", picture);
  } finally {
    if (!color) picture.release();
    region.release();
  }
}

/** That part of the frame in grey, made to the size in which quality is judged. */
export function sample(cv: Cv, frame: Mat, box: Box): Uint8Array {
  const region = view(cv, frame, box);
  // Made larger, INTER_AREA gives blocks, whose edges would pass for sharpness.
  const grows = Math.min(box.width, box.height) < sampleSide;
  const small = region.resize(sampleSide, sampleSide, 0, 0, grows ? cv.INTER_LINEAR : cv.INTER_AREA);
  const grey = small.cvtColor(cv.COLOR_BGR2GRAY);
  const bytes = grey.getData();
  for (const each of [grey, small, region]) each.release();
  return bytes;
}
