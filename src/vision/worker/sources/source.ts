import type { SourceInfo } from "../../types.ts";
import type { Picture } from "../picture.ts";

/** A frame from the source. The reader releases its picture before it reads the next frame. */
export interface GrabbedFrame {
  readonly picture: Picture;
  /** Milliseconds since 1970. */
  readonly capturedAt: number;
  /** On a recording's own clock; else the frame's number tells the time. */
  readonly seconds?: number | undefined;
  /** Older frames that the source dropped to get to this one; live sources only. */
  readonly dropped: number;
  /** The image's file name, for images. */
  readonly file?: string | undefined;
}

/** An open source of frames. */
export interface Source {
  readonly info: SourceInfo;
  /** Frames per second of a source that has a rate and no clock. */
  readonly rate?: number | undefined;
  /**
   * For how long there has been no sign of the camera, ms: for a live source that does not block the process while it waits
   * for a frame. Without this, that the process runs is the sign. `close` ends such a wait.
   */
  silence?(): number;
  /** The next frame, or undefined at the end. Reading from a webcam blocks the process until there is a frame. */
  read(): Promise<GrabbedFrame | undefined>;
  /** Starts again from the first frame. */
  rewind(): void;
  close(): void;
}

/** Logs a warning for the operator. */
export type Warn = (text: string) => void;
