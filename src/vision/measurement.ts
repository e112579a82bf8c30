import type { SourceInfo } from "./types.ts";

/* What camera-check measures: messages of the worker, in this order. */

/** The source is open; no frame was read yet. */
export interface SourceOpened {
  readonly info: SourceInfo;
  /** How long that took, milliseconds. */
  readonly ms: number;
}

/** Frames arrive: sent for the first one, then several times a second. */
export interface ReadProgress {
  /** Frames until now. */
  readonly frames: number;
  /** Of the picture, pixels. */
  readonly width: number;
  readonly height: number;
}

export interface StreamMeasurement extends ReadProgress {
  /** Frames that could not be decoded. */
  readonly damaged: number;
  /** From the first frame to the last. */
  readonly seconds: number;
  /** Frames per second in this time; absent for a single frame, and for images. */
  readonly rate?: number | undefined;
  /** Frames per second by the times in a recording. */
  readonly ownRate?: number | undefined;
  /** CPU time of all threads to read and decode a whole frame, milliseconds. */
  readonly cpuMs: number;
  readonly picture: PictureQuality;
}

/** The median of some frames. */
export interface PictureQuality {
  /** Mean grey level, 0 to 255. */
  readonly light: number;
  /** Standard deviation of the grey level: 0 for a picture of one colour. */
  readonly contrast: number;
  /** Variance of the Laplacian in the sharpest part of the frame. */
  readonly sharpness: number;
}

export interface FaceMeasurement {
  readonly detector: string;
  /** Frames that were searched. */
  readonly pictures: number;
  /** Frames with a face that detect would send. */
  readonly withFaces: number;
  /** The most such faces in one frame. */
  readonly most: number;
  /** The longer sides of such faces, pixels, ascending. */
  readonly sizes: readonly number[];
  /** Faces that detect would not send, because they are too small for --min-face or --detect-width: their longer sides. */
  readonly missed: readonly number[];
  /** CPU time to search one frame, milliseconds. */
  readonly cpuMs: number;
}

export type MeasureMessage =
  | ({ readonly kind: "reading" } & ReadProgress)
  | ({ readonly kind: "measured" } & StreamMeasurement)
  /** A frame was searched for faces. */
  | { readonly kind: "searching" }
  | ({ readonly kind: "searched" } & FaceMeasurement);
