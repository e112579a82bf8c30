import type { SourceInfo } from "../../types.ts";
import type { Mat } from "../opencv.ts";

/** A frame as it came from the source. Whoever takes it releases `mat`. */
export interface GrabbedFrame {
  /** Blue, green, red; 8 bits each. */
  readonly mat: Mat;
  /** Milliseconds since 1970. */
  readonly capturedAt: number;
  /** Older frames that the source threw away to get to this one; live sources only. */
  readonly dropped: number;
  /** The image's file name, for images. */
  readonly file?: string;
}

/** A source of frames, open. */
export interface Source {
  readonly info: SourceInfo;
  /** Frames per second of a recording, when it has a rate of its own: what `fps` is measured by. */
  readonly rate?: number;
  /** The next frame, or undefined at the end. A camera's read blocks the process until there is a frame. */
  read(): Promise<GrabbedFrame | undefined>;
  /** Starts again from the first frame. */
  rewind(): void;
  close(): void;
}

/** A way to tell the operator about something that does not stop the work. */
export type Warn = (text: string) => void;
