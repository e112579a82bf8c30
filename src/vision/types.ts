import type { Box, Landmarks, PictureFormat } from "../face/face.ts";
import type { Polygon } from "./polygon.ts";

/** Which of the faces that are found are given: see docs/cameras.md. */
export type Emit =
  /** Every face of every frame. */
  | { readonly kind: "all" }
  /** The best of each visit, once. */
  | { readonly kind: "best" }
  /** The best of each visit in each period. */
  | { readonly kind: "every"; readonly seconds: number };

export type DetectorSettings =
  | { readonly name: "haar" }
  /** `model`: path of the ONNX file; `width`: frames are made so wide at most, pixels. */
  | { readonly name: "yunet"; readonly model: string; readonly width: number };

/** What the vision process is asked to do; plain data, it crosses a process boundary. */
export interface VisionSettings {
  /** A device number or path, a URL, a file, a folder of images, or `synthetic[:...]`. */
  readonly camera: string;
  readonly detector: DetectorSettings;
  /** Threads that look for faces; absent: what suits the detector. */
  readonly threads?: number | undefined;
  /** The most frames looked at per second; absent: as many as the source gives. */
  readonly fps?: number | undefined;
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
  readonly emit: Emit;
  /** With `best`: a picture is given after so many seconds, though the visit goes on. */
  readonly maxVisit: number;
  /** Pixels within are made black before anything else sees the frame. */
  readonly masks: readonly Polygon[];
  /** Faces count whose centre is in one of these; none: all faces. */
  readonly zones: readonly Polygon[];
  /** Look at every frame, also while nothing moves. */
  readonly everyFrame: boolean;
}

/** A source, once it is open. */
export interface SourceInfo {
  /** A live source drops old frames when detection is slower; the others wait. */
  readonly live: boolean;
  /** Frames the source will give, when it knows. */
  readonly frames?: number;
  /** Its frames have nothing to do with one another: images. */
  readonly unrelated?: true;
}

/** A face that was found and cut out; its picture is a plain PNG or JPEG without facts yet. */
export interface CapturedFace {
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
  /** The person's stay before the camera: 1, 2, 3 ... */
  readonly visit: number;
  /** How good a picture of a face this is, 0..1. */
  readonly quality: number;
  readonly landmarks?: Landmarks | undefined;
  /** The image's file name, for an image or a folder of images. */
  readonly file?: string | undefined;
}

/** One frame that was looked at. */
export interface FrameStats {
  /** The frame's place in the source, from 0; it goes on counting when a source is looped or opened again. */
  readonly index: number;
  /** When the frame was read, milliseconds since 1970. */
  readonly capturedAt: number;
  /** Seconds spent in the detector. */
  readonly detectSeconds: number;
  /** Visits that became certain with this frame. */
  readonly visits: number;
}

/** What comes out of the vision: looks, and after them faces to be sent. */
export interface FrameBatch {
  /** None when faces were kept for a better one of their visit, and the source ended, was lost or stopped before it came. */
  readonly frames: readonly FrameStats[];
  /** Live frames that were dropped unseen since the sight before, because looking took too long. */
  readonly dropped: number;
  /** Frames that were passed over since then: `fps` asks for fewer, or nothing moved. */
  readonly skipped: number;
  readonly faces: readonly CapturedFace[];
}
