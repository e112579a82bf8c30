import type { Box, PictureFormat } from "../face/face.ts";

/** What the vision process is asked to do; plain data, it crosses a process boundary. */
export interface VisionSettings {
  /** A device number or path, a URL, a file, a folder of images, or `synthetic[:...]`. */
  readonly camera: string;
  readonly detector: "haar";
  /** The most frames looked at per second; absent: as many as the source gives. */
  readonly fps?: number;
  /** Smallest face, pixels of the frame. */
  readonly minFace: number;
  /** Least score, 0..1. */
  readonly score: number;
  /** Widens the cut on each side, percent of the box's width and height. */
  readonly margin: number;
  /** Keep the colours; otherwise grey. */
  readonly color: boolean;
  readonly format: PictureFormat;
  /** Start a file, image or folder again when it ends. */
  readonly loop: boolean;
}

/** A source, once it is open. */
export interface SourceInfo {
  /** A live source drops old frames when detection is slower; the others wait. */
  readonly live: boolean;
  /** Frames the source will give, when it knows. */
  readonly frames?: number;
}

/** A face that was found and cut out; its picture is a plain PNG or JPEG without facts yet. */
export interface SeenFace {
  readonly picture: Buffer;
  readonly format: PictureFormat;
  /** When the frame was read, milliseconds since 1970. */
  readonly capturedAt: number;
  readonly frame: { readonly width: number; readonly height: number; readonly index: number };
  /** The detector's box, within the frame, without margin. */
  readonly box: Box;
  /** 0..1 */
  readonly score: number;
  readonly detector: string;
  /** The image's file name, for an image or a folder of images. */
  readonly file?: string;
}

/** One frame that was looked at. */
export interface SeenFrame {
  /** The frame's place in the source, from 0; it goes on counting when a source is looped or opened again. */
  readonly index: number;
  /** When the frame was read, milliseconds since 1970. */
  readonly capturedAt: number;
  /** Seconds spent in the detector. */
  readonly detectSeconds: number;
  /** Live frames that were dropped unseen since the frame before, because looking took too long. */
  readonly dropped: number;
  /** Frames that were passed over since the frame before, because `fps` asks for fewer. */
  readonly skipped: number;
  readonly faces: readonly SeenFace[];
}
