import type { Box, Landmarks } from "../face/face.ts";
import type { Mat } from "./opencv.ts";

/** A face that a detector found. */
export interface Found {
  /** Whole pixels, within the frame. */
  readonly box: Box;
  /** 0..1 */
  readonly score: number;
  readonly landmarks?: Landmarks;
}

export interface Detector {
  readonly name: string;
  /** Finds the faces of one frame, 8 bits each of blue, green, red; leaves the frame as it is. */
  detect(frame: Mat): Promise<Found[]>;
}
