import type { Landmarks, PictureFormat } from "../face/face.ts";

/** Makes a picture smaller. */
export interface ReduceRequest {
  readonly kind: "reduce";
  /** A PNG or JPEG. */
  readonly picture: Buffer;
  /** The most that its JPEG may have. */
  readonly maxBytes: number;
}

/** Brings the landmarks to the reference points, see alignment.ts. */
export interface AlignRequest {
  readonly kind: "align";
  /** A PNG or JPEG. */
  readonly picture: Buffer;
  /** In pixels of the picture. */
  readonly landmarks: Landmarks;
  readonly format: PictureFormat;
}

/** From the supervisor to the picture worker, one at a time. */
export type PictureRequest = ReduceRequest | AlignRequest;

/** From the picture worker. */
export interface PictureReply {
  /** Undefined when the picture cannot be read, or not be made so small. */
  readonly picture: Buffer | undefined;
  /** Why the worker cannot work at all: the code, message and remedy of a UserError. */
  readonly failure?: {
    readonly code: "OPENCV_UNAVAILABLE";
    readonly message: string;
    readonly remedy: string;
  };
}
