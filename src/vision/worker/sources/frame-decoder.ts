import type { Cv, Mat } from "../opencv.ts";

/**
 * Decodes a JPEG file that was read from a stream, and releases it; undefined when it is damaged.
 *
 * Such a stream is decoded only when a frame is wanted: dropping a queued frame then takes 0.1 ms instead of 3, and the time
 * of a read says whether it had to wait.
 */
export function decodeJpeg(cv: Cv, read: Mat): Mat | undefined {
  const file = read.getData();
  read.release();
  return decodePicture(cv, file);
}

/** Decodes a picture in memory; undefined when it is damaged. */
export function decodePicture(cv: Cv, file: Buffer): Mat | undefined {
  try {
    const picture = cv.imdecode(file, cv.IMREAD_COLOR);
    // Empty for what is not a JPEG; it throws for an impossible size.
    return picture.empty ? undefined : picture;
  } catch {
    return undefined;
  }
}
