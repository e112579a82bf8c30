import { describe } from "../../../base/errors.ts";
import { readJpegSize } from "../../../face/jpeg.ts";
import type { Cv } from "../opencv.ts";
import { DamagedFrameError, Picture } from "../picture.ts";

/**
 * A JPEG file as a picture. libjpeg decodes it to a half, a quarter or an eighth of its size by computing fewer
 * coefficients of each block: at 1920x1080 in 7.1, 3.7 and 2.5 ms instead of 12.
 */
export function jpegPicture(cv: Cv, file: Buffer): Picture {
  const flags = {
    1: cv.IMREAD_COLOR,
    2: cv.IMREAD_REDUCED_COLOR_2,
    4: cv.IMREAD_REDUCED_COLOR_4,
    8: cv.IMREAD_REDUCED_COLOR_8,
  };
  return new Picture((reduction) => {
    // The addon ends the process when it decodes nothing.
    if (file.length === 0) throw new DamagedFrameError("the frame is empty");
    try {
      const mat = cv.imdecode(file, flags[reduction]);
      if (!mat.empty) return { mat, reduction };
    } catch (error) {
      // An impossible size.
      throw new DamagedFrameError(describe(error));
    }
    throw new DamagedFrameError("the frame is not a JPEG");
  }, sizeOf(file));
}

function sizeOf(file: Buffer) {
  try {
    return readJpegSize(file);
  } catch {
    // Decoding it will say so.
    return undefined;
  }
}
