import { alignment } from "../alignment.ts";
import type { AlignRequest } from "../picture-messages.ts";
import { warp } from "./align.ts";
import type { Cv } from "./opencv.ts";

/** The quality of an aligned JPEG, 0 to 100. */
const quality = 95;

/**
 * The face of a picture aligned by its landmarks, in color or grayscale as the picture is; black where the picture does not
 * reach. Throws OpenCV's Error for a picture that it cannot read.
 */
export function alignPicture(cv: Cv, { picture, landmarks, format }: AlignRequest): Buffer {
  const original = cv.imdecode(picture, cv.IMREAD_ANYCOLOR);
  try {
    const aligned = warp(cv, original, alignment(landmarks));
    try {
      return format === "png"
        ? cv.imencode(".png", aligned)
        : cv.imencode(".jpg", aligned, [cv.IMWRITE_JPEG_QUALITY, quality]);
    } finally {
      aligned.release();
    }
  } finally {
    original.release();
  }
}
