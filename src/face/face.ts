/** A rectangle in pixels of the camera's frame; x and y are its upper left corner. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export type PictureFormat = "png" | "jpeg";

/** What is known of a face; travels as JSON inside its picture. */
export interface FaceFacts {
  /** Version of this format. */
  readonly v: 1;
  /** UUIDv7, made once, when the face is cut. */
  readonly id: string;
  readonly camera: string;
  /** UUIDv7, made once, when detect starts. */
  readonly epoch: string;
  /** 1, 2, 3 ... within the epoch, without gaps per camera. */
  readonly seq: number;
  /** RFC 3339, UTC, milliseconds. */
  readonly capturedAt: string;
  readonly frame: { readonly width: number; readonly height: number; readonly index: number };
  readonly box: Box;
  /** The detector's confidence, 0..1. */
  readonly score: number;
  readonly detector: string;
}
