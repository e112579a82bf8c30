import { alignedSide, type Similarity } from "../alignment.ts";
import type { Cv, Mat } from "./opencv.ts";

/** The aligned face; black where the frame has no pixels. The caller releases it. */
export function warp(cv: Cv, frame: Mat, { a, b, dx, dy }: Similarity): Mat {
  const matrix = new cv.Mat(
    [
      [a, -b, dx],
      [b, a, dy],
    ],
    cv.CV_64F,
  );
  try {
    return frame.warpAffine(
      matrix,
      new cv.Size(alignedSide, alignedSide),
      cv.INTER_LINEAR,
      cv.BORDER_CONSTANT,
      new cv.Vec3(0, 0, 0),
    );
  } finally {
    matrix.release();
  }
}
