import type { Mat, VideoCapture } from "../opencv.ts";
import { DamagedFrameError, Picture } from "../picture.ts";

/**
 * The frame that was grabbed last; decode it before the next one is grabbed. `turn` returns it as it is to be used, and
 * releases what it was given.
 */
export function grabbedPicture(video: VideoCapture, turn = (mat: Mat): Mat => mat): Picture {
  return new Picture(() => {
    const mat = video.retrieve();
    if (mat.empty) throw new DamagedFrameError("the frame cannot be decoded");
    return { mat: turn(mat), reduction: 1 };
  });
}
