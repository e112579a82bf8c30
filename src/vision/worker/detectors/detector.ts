import { type Box, type Landmarks, landmarksOf, type Point } from "../../../face/face.ts";
import type { FrameSize } from "../../types.ts";
import type { Mat } from "../opencv.ts";
import type { Reduction } from "../picture.ts";

export interface Detection {
  /** Pixels, within the frame; not always whole ones. */
  readonly box: Box;
  /** 0..1 */
  readonly score: number;
  readonly landmarks?: Landmarks | undefined;
}

export interface Detector {
  readonly name: string;
  /** By how much a frame of this size may be reduced without a loss for this detector. */
  reductionFor(frame: FrameSize): Reduction;
  /** The smallest face that it finds in a frame of this size, pixels, unless the settings alone decide that. */
  smallestFace?(frame: FrameSize): number;
  /**
   * Finds the faces of one frame, 8 bits each of blue, green, red, which was reduced by `reduction` (1); does not change the
   * frame. With `within`, it searches only there, at the scale at which it searches the whole frame.
   */
  detect(frame: Mat, within?: Box, reduction?: Reduction): Promise<Detection[]>;
}

/** A detection in a part of a frame, in coordinates of the frame; the part starts at `origin`. */
export function translate({ box, score, landmarks }: Detection, origin: Point): Detection {
  const toFrame = ({ x, y }: Point) => ({ x: x + origin.x, y: y + origin.y });
  return {
    box: { ...box, ...toFrame(box) },
    score,
    landmarks: landmarks && landmarksOf((name) => toFrame(landmarks[name])),
  };
}
