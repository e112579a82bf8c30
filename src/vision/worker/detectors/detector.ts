import { type Box, type Landmarks, landmarksOf, type Point } from "../../../face/face.ts";
import type { Mat } from "../opencv.ts";

/** A face that a detector found. */
export interface Detection {
  /** Whole pixels, within the frame. */
  readonly box: Box;
  /** 0..1 */
  readonly score: number;
  readonly landmarks?: Landmarks;
}

export interface Detector {
  readonly name: string;
  /**
   * Finds the faces of one frame, 8 bits each of blue, green, red; leaves the frame as it is. With `within`, looks only
   * there, at the scale at which it looks at the whole frame.
   */
  detect(frame: Mat, within?: Box): Promise<Detection[]>;
}

/** The same face, seen from a frame of which the one it was found in is a part that begins at `by`. */
export function moved({ box, score, landmarks }: Detection, by: Point): Detection {
  return {
    box: { ...box, x: box.x + by.x, y: box.y + by.y },
    score,
    ...(landmarks && {
      landmarks: landmarksOf((name) => ({ x: landmarks[name].x + by.x, y: landmarks[name].y + by.y })),
    }),
  };
}
