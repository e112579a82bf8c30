import type { Box, Landmarks, PictureFormat } from "../face/face.ts";
import type { Polygon } from "./polygon.ts";

/** Which of the faces that are found are sent: see docs/cameras.md. */
export type Emit =
  /** Every face of every frame. */
  | { readonly kind: "all" }
  /** The best shot of each visit. */
  | { readonly kind: "best" }
  /** The best shot of each visit in each period. */
  | { readonly kind: "every"; readonly seconds: number };

export type DetectorSettings =
  | { readonly name: "haar" }
  /**
   * `model`: path of yunet_n_dynamic.onnx; `width`: wider frames are scaled down, pixels: less is faster, more finds smaller
   * faces. Absent: 320, and for images what the smallest face asks for.
   */
  | { readonly name: "yunet"; readonly model: string; readonly width?: number | undefined };

/** What the worker does; plain data, it crosses a process boundary. */
export interface VisionSettings {
  /** A device number or path, a URL, `gst:PIPELINE`, a file, a folder of images, or `synthetic[:...]`. */
  readonly camera: string;
  /** What the camera is asked for if it is a webcam. */
  readonly webcam?: WebcamRequest | undefined;
  readonly detector: DetectorSettings;
  /** Threads of the detector; absent: its own default. */
  readonly threads?: number | undefined;
  /** Maximum frames analyzed per second; absent: all that the source delivers. */
  readonly fps?: number | undefined;
  /** Smallest face, pixels of the frame. */
  readonly minFace: number;
  /** Minimum detection score, 0..1. */
  readonly score: number;
  /** Widens the crop on each side, percent of the box's width and height. */
  readonly margin: number;
  /** Keep the colors; otherwise grayscale. */
  readonly color: boolean;
  readonly format: PictureFormat;
  /** 1..100 */
  readonly jpegQuality: number;
  /** Turn and scale each face by its landmarks, as recognition models want it; needs a detector that finds them. */
  readonly align: boolean;
  /** Faces of a lower quality are counted and not sent, 0..1. */
  readonly minQuality: number;
  /** Start a file, image or folder again when it ends. */
  readonly loop: boolean;
  readonly emit: Emit;
  /** With `best`: the best shot is sent after this many seconds, even if the visit goes on. */
  readonly maxVisit: number;
  /** Privacy masks: pixels within are made black before the frame is analyzed. */
  readonly masks: readonly Polygon[];
  /** Regions of interest: only faces whose center is in one of them are sent; none: all faces. */
  readonly zones: readonly Polygon[];
  /** Analyze every frame, also while nothing moves. */
  readonly everyFrame: boolean;
}

/** What a webcam is asked for; what is absent is the default. */
export interface WebcamRequest {
  readonly size?: FrameSize | undefined;
  readonly format?: InputFormat | undefined;
  /** Frames per second. */
  readonly rate?: number | undefined;
}

/** Compressed or raw pictures. */
export type InputFormat = "mjpeg" | "yuyv";

/** An open source. */
export interface SourceInfo {
  /** A live source drops old frames when detection is slower; the others wait. */
  readonly live: boolean;
  /** Total number of frames, when it is known. */
  readonly frames?: number | undefined;
  /** Each frame is independent of the one before: images. */
  readonly unrelated?: true;
  /** What a camera or a recording delivers, as far as it is known. */
  readonly stream?: StreamFormat | undefined;
}

/** Pixels. */
export interface FrameSize {
  readonly width: number;
  readonly height: number;
}

export interface StreamFormat extends FrameSize {
  /** FFmpeg's name: h264, hevc, mjpeg. */
  readonly codec?: string | undefined;
  /** Frames per second, as the source claims. */
  readonly rate?: number | undefined;
}

/** A detected face and its crop: a plain PNG or JPEG, without metadata yet. */
export interface CapturedFace {
  readonly picture: Buffer;
  readonly format: PictureFormat;
  /** When the frame was captured, milliseconds since 1970. */
  readonly capturedAt: number;
  readonly frame: { readonly width: number; readonly height: number; readonly index: number };
  /** The detector's box, within the frame, without margin. */
  readonly box: Box;
  /** The part of the frame that the picture shows; of an aligned one, the bounding rectangle of that part. */
  readonly crop: Box;
  /** The face is turned and scaled by its landmarks. */
  readonly aligned?: true | undefined;
  /** Of the detection, 0..1. */
  readonly score: number;
  readonly detector: string;
  /** The person's stay in front of the camera: 1, 2, 3 ... */
  readonly visit: number;
  /** How good a picture of a face this is, 0..1. */
  readonly quality: number;
  readonly landmarks?: Landmarks | undefined;
  /** The image's file name, for an image or a folder of images. */
  readonly file?: string | undefined;
}

/** Instead of a face whose quality is below the minimum: it is counted, not sent. */
export interface LowQualityShot extends Pick<CapturedFace, "visit"> {
  readonly picture?: undefined;
}

/** One analyzed frame. */
export interface FrameStats {
  /** The frame's place in the source, from 0; it continues when a source is looped or opened again. */
  readonly index: number;
  /** When the frame was captured, milliseconds since 1970. */
  readonly capturedAt: number;
  /** Seconds spent in the detector. */
  readonly detectSeconds: number;
  /** Visits that were confirmed with this frame. */
  readonly visits: number;
}

/** What Vision delivers: analyzed frames, and the faces to send after them. */
export interface FrameBatch {
  /** Empty when the faces are the best shots of visits that ended because the source ended, was lost or stopped. */
  readonly frames: readonly FrameStats[];
  /** Frames dropped since the batch before: live ones because detection was too slow, others because they are damaged. */
  readonly dropped: number;
  /** Frames skipped since then: `fps` asks for fewer, or nothing moved. */
  readonly skipped: number;
  readonly faces: readonly CapturedFace[];
  /** Faces that would have been sent too, but whose quality is below the minimum. */
  readonly lowQuality: number;
}
