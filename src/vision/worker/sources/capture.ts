import type { StreamFormat } from "../../types.ts";
import type { Mat, VideoCapture } from "../opencv.ts";

/** An open camera or network stream. */
export interface Capture {
  readonly video: VideoCapture;
  /** Makes a picture of what was read, and releases that; undefined when it is damaged. */
  readonly decode: (read: Mat) => Mat | undefined;
  /** How long ago the frame that was read last was captured, ms, by the camera's timestamp; undefined without one. */
  readonly timestampAge: () => number | undefined;
  /** Frames that the decoder holds back: its output is that much older than its input. */
  readonly heldBack: number;
  /** What it delivers, if that is known. */
  readonly stream?: StreamFormat | undefined;
  /** Why there are no more frames, if that is known. */
  readonly whyEnded?: (() => Error | undefined) | undefined;
}

export function captureOf(video: VideoCapture, more: Partial<Capture> = {}): Capture {
  return { video, decode: (read) => read, timestampAge: () => undefined, heldBack: 0, ...more };
}
