import type { FrameSize } from "../../types.ts";
import type { Cv, Mat } from "../opencv.ts";
import { type Reduction, reductionFor } from "../picture.ts";

/** Cells along the longer side: at 640x480 one is 8x8 pixels, so the smallest face worth finding (24) is 3x3. */
const cells = 80;

/** By how much a frame of this size may be reduced without a loss for its thumbnail. */
export function thumbnailReduction({ width, height }: FrameSize): Reduction {
  return reductionFor(Math.max(width, height), 2 * cells);
}

/**
 * The small grayscale picture for motion detection, of a frame of any size (8 bits; blue, green, red): row by
 * row, one byte per cell, `width` cells wide.
 *
 * First to twice its size with INTER_LINEAR, which reads 2x2 pixels for each of its own, then INTER_AREA: 16 pixels
 * make a cell, which removes three quarters of the sensor's noise, and the time does not grow with the frame.
 * INTER_AREA alone reads every pixel: measured 0.47 ms at 640x480 and 2.2 ms at 1920x1080, against 0.08 and 0.07.
 */
export function thumbnailOf(cv: Cv, frame: Mat): { gray: Uint8Array; width: number } {
  const scale = cells / Math.max(frame.cols, frame.rows);
  const width = Math.max(1, Math.round(frame.cols * scale));
  const height = Math.max(1, Math.round(frame.rows * scale));
  const twice = frame.resize(height * 2, width * 2, 0, 0, cv.INTER_LINEAR);
  const small = twice.resize(height, width, 0, 0, cv.INTER_AREA);
  const mat = small.cvtColor(cv.COLOR_BGR2GRAY);
  const gray = mat.getData();
  // At once: the garbage collector does not know how large they are.
  for (const each of [twice, small, mat]) each.release();
  return { gray, width };
}
