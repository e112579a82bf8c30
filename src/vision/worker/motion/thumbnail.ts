import type { Cv, Mat } from "../opencv.ts";

/** Cells along the longer side: at 640x480 one is 8x8 pixels, so the smallest face worth finding (24) is 3x3. */
const cells = 80;

/** A small grey picture, row by row, one byte a cell. */
export interface Thumbnail {
  readonly grey: Uint8Array;
  readonly width: number;
}

/**
 * Makes the small grey pictures that motion is seen in, of frames of any size (8 bits; blue, green, red).
 *
 * First to twice the size with INTER_LINEAR, which reads 2x2 pixels for each of its own, then INTER_AREA: 16 pixels
 * make a cell, which takes three quarters of the sensor's noise away, and the time does not grow with the frame.
 * INTER_AREA alone reads every pixel: measured 0.47 ms at 640x480 and 2.2 ms at 1920x1080, against 0.08 and 0.07.
 */
export function thumbnailer(cv: Cv): (frame: Mat) => Thumbnail {
  return (frame) => {
    const scale = cells / Math.max(frame.cols, frame.rows);
    const width = Math.max(1, Math.round(frame.cols * scale));
    const height = Math.max(1, Math.round(frame.rows * scale));
    // Released at once, since the garbage collector does not know how large they are.
    const twice = frame.resize(height * 2, width * 2, 0, 0, cv.INTER_LINEAR);
    const small = twice.resize(height, width, 0, 0, cv.INTER_AREA);
    twice.release();
    const grey = small.cvtColor(cv.COLOR_BGR2GRAY);
    small.release();
    const bytes = grey.getData();
    grey.release();
    return { grey: bytes, width };
  };
}
