import type { Box, PictureFormat } from "../face/face.ts";
import type { Cv, Mat } from "./opencv.ts";

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

/** That part of the picture as a PNG or JPEG file. */
export function cut(cv: Cv, picture: Mat, { x, y, width, height }: Box, format: PictureFormat): Buffer {
  const region = picture.getRegion(new cv.Rect(x, y, width, height));
  try {
    return cv.imencode(format === "png" ? ".png" : ".jpg", region);
  } finally {
    region.release();
  }
}
