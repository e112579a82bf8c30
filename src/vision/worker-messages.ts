import type { ErrorCode } from "../base/error-codes.ts";
import type { MeasureMessage, SourceOpened } from "./measurement.ts";
import type { CapturedFace, FrameBatch, LowQualityShot, VisionSettings } from "./types.ts";

/** Where a worker continues: after the results of the one before it. */
export interface Position {
  /** Number of the next frame. */
  readonly index: number;
  /** Number of the next visit. */
  readonly visit: number;
  /** Frames of a recording that were processed already, from its beginning. */
  readonly skip: number;
}

export interface StartPosition extends Position {
  /** Messages with frames that may be sent before the supervisor grants more. */
  readonly credits: number;
}

/** What a worker is started for. */
export type OpenRequest =
  /** Find the faces of the source. */
  | { readonly kind: "open"; readonly settings: VisionSettings; readonly from: StartPosition }
  /** Measure the source for some seconds. */
  | MeasureRequest;

export interface MeasureRequest {
  readonly kind: "measure";
  readonly settings: VisionSettings;
  readonly seconds: number;
}

/** Messages from the supervisor to the worker. */
export type ToWorker =
  /** Sent once. */
  | OpenRequest
  /** One message with frames was consumed: one more may be sent. */
  | { readonly kind: "credit" }
  /** A recording waits from `pause` to `resume`, and at first. A camera does not: its worker is stopped. */
  | { readonly kind: "pause" }
  | { readonly kind: "resume" }
  | { readonly kind: "stop" };

/** The results of some frames, and what the supervisor does with their shots. */
export interface ResultMessage extends Omit<FrameBatch, "faces" | "lowQuality"> {
  readonly kind: "result";
  /** Where another worker would continue. */
  readonly next: Position;
  /** Of the last frame; the others had none. Each replaces the pending shot of its visit. */
  readonly shots: readonly (CapturedFace | LowQualityShot)[];
  /** Visits whose pending shot is to be sent now. */
  readonly due: readonly number[];
  /** Visits whose pending shot is to be discarded. */
  readonly discarded: readonly number[];
}

/** Messages from the worker to the supervisor. All plain data and Buffers. */
export type FromWorker =
  | ({ readonly kind: "opened" } & SourceOpened)
  | ResultMessage
  | MeasureMessage
  /** The recording waits for `resume`. Its visits have ended: those after it are new ones. */
  | { readonly kind: "paused" }
  /** A heartbeat: the worker does not hang in the camera's read. */
  | { readonly kind: "alive" }
  | { readonly kind: "warning"; readonly text: string }
  /** The last message: the source ended, or the supervisor sent stop. */
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly code: ErrorCode; readonly message: string; readonly remedy: string }
  | { readonly kind: "bug"; readonly stack: string };
