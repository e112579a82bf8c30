import type { Box } from "../face/face.ts";
import type { Mat } from "./opencv.ts";

/** A face that a detector found: its box lies within the frame. */
export interface Found {
  readonly box: Box;
  /** 0..1 */
  readonly score: number;
}

export interface Detector {
  readonly name: string;
  /** Finds the faces of one frame, given in colour (BGR) and in grey. Synchronous; leaves both as they are. */
  detect(frame: Mat, grey: Mat): Found[];
}
