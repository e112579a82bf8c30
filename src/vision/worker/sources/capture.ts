import type { StreamFormat } from "../../types.ts";
import type { VideoCapture } from "../opencv.ts";
import type { Picture } from "../picture.ts";
import { grabbedPicture } from "./grabbed-picture.ts";

/** An open camera or network stream. */
export interface Capture {
  readonly video: VideoCapture;
  /** The picture of the frame that was grabbed last; decode it before the next one is grabbed. */
  readonly picture: () => Picture;
  /** How long ago the frame that was grabbed last was captured, ms, by the camera's timestamp; undefined without one. */
  readonly timestampAge: () => number | undefined;
  /** Frames that the decoder holds back: its output is that much older than its input. */
  readonly heldBack: number;
  readonly stream?: StreamFormat | undefined;
}

export function captureOf(video: VideoCapture, more: Partial<Capture> = {}): Capture {
  return {
    video,
    picture: () => grabbedPicture(video),
    timestampAge: () => undefined,
    heldBack: 0,
    ...more,
  };
}
