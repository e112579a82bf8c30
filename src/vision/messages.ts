import type { ErrorCode } from "../base/error-codes.ts";
import type { CapturedFace, FrameStats, SourceInfo, VisionSettings } from "./types.ts";

/** Where a vision process goes on: after what the one before it has seen. */
export interface Position {
  /** Number of the next frame. */
  readonly index: number;
  /** Number of the next visit. */
  readonly visit: number;
  /** Frames of a recording that were seen already, since its beginning. */
  readonly skip: number;
}

export interface StartPosition extends Position {
  /** Messages with looks that may be sent before the parent asks for more. */
  readonly credits: number;
}

/** What the parent says to the vision process. */
export type ToWorker =
  /** Said once. */
  | { readonly kind: "open"; readonly settings: VisionSettings; readonly from: StartPosition }
  /** One message with looks was used up: one more may be sent. */
  | { readonly kind: "credit" }
  | { readonly kind: "stop" };

/** What was seen, and what the parent is to keep and to send of its faces. */
export interface ResultMessage {
  readonly kind: "result";
  /** The faces are the last one's; the others had none. */
  readonly frames: readonly FrameStats[];
  /** Live frames that were dropped unseen since the message before, because looking took too long. */
  readonly dropped: number;
  /** Frames that were passed over since then: `fps` asks for fewer, or nothing moved. */
  readonly skipped: number;
  /** Where another process would go on. */
  readonly next: Position;
  /** Each takes the place of the one that is kept of its visit. */
  readonly shots: readonly CapturedFace[];
  /** Visits whose kept face is to be sent now. */
  readonly due: readonly number[];
  /** Visits whose kept face is of no use. */
  readonly discarded: readonly number[];
}

/** What the vision process says to the parent. All plain data and Buffers. */
export type FromWorker =
  | { readonly kind: "opened"; readonly info: SourceInfo }
  | ResultMessage
  /** It has not spoken for a while, but it does not hang in the camera's read. */
  | { readonly kind: "alive" }
  | { readonly kind: "warning"; readonly text: string }
  /** The source came to its end, or the parent said stop. */
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly code: ErrorCode; readonly message: string; readonly remedy: string }
  | { readonly kind: "bug"; readonly stack: string };
