import type { Cv, Mat, VideoCapture } from "../opencv.ts";

/** A capture that is open, with what is known of its kind. */
export interface Capture {
  readonly capture: VideoCapture;
  /** Makes a picture of what was read and releases that; undefined when it is damaged. */
  readonly decode: (read: Mat) => Mat | undefined;
  /** How long ago the frame that was read last was taken, ms; undefined when the camera does not say. */
  readonly age: () => number | undefined;
  /** So many frames the decoder holds back: what it gives is older than what came in. */
  readonly heldBack: number;
}

/** A capture whose reads give pictures. */
export function pictures(capture: VideoCapture, more: Partial<Capture> = {}): Capture {
  return { capture, decode: (read) => read, age: () => undefined, heldBack: 0, ...more };
}

/**
 * A capture whose reads give JPEG files, decoded only when they are wanted: to drop a frame that waits then takes 0.1 ms
 * instead of 3, and how long a read takes says whether it had to wait.
 */
export function jpegs(cv: Cv, capture: VideoCapture): Capture {
  const decode = (read: Mat) => {
    const file = read.getData();
    read.release();
    return decodeJpeg(cv, file);
  };
  return pictures(capture, { decode });
}

/** imdecode gives an empty picture for what is no JPEG, and throws for one of an impossible size. */
function decodeJpeg(cv: Cv, file: Buffer): Mat | undefined {
  try {
    const picture = cv.imdecode(file, cv.IMREAD_COLOR);
    return picture.empty ? undefined : picture;
  } catch {
    return undefined;
  }
}
