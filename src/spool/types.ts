import type { UserError } from "../base/errors.ts";
import type { NumberRanges } from "../base/number-ranges.ts";

/** What is dropped when the spool is full; with "stop" nothing is, and appends wait. */
export type SpoolFull = "oldest" | "redundant" | "stop";

/** A face on disk. */
export interface SpooledFace {
  readonly camera: string;
  readonly epoch: string;
  readonly seq: number;
  readonly visit?: string | undefined;
  /** 0 to 1. */
  readonly quality: number;
  /** Milliseconds since 1970. */
  readonly capturedAt: number;
  /** Size of the payload. */
  readonly bytes: number;
  /** Set by the caller; such faces are dropped only as the last resort. */
  inFlight: boolean;
}

/** An epoch whose record is not stored yet. */
export interface SpoolEpoch {
  readonly camera: string;
  readonly epoch: string;
  /** The last sequence number that is durable, or recorded as dropped; 0: none. */
  readonly last: number;
  /** By reason. */
  readonly dropped: ReadonlyMap<string, NumberRanges>;
  /** RFC 3339; undefined while faces may follow, and after a run that was killed. */
  readonly endedAt: string | undefined;
  /** Faces that are still in the spool. */
  readonly faces: number;
}

export interface SpoolOptions {
  readonly directory: string;
  /** Most bytes of all segment files together. */
  readonly maxBytes: number;
  readonly full: SpoolFull;
  /** Faces that the spool dropped itself, after this is durable. */
  readonly onDropped: (faces: readonly SpooledFace[], reason: "spool_full" | "corrupt") => void;
  /** Nothing can be written; called once, then the spool retries each second. */
  readonly onTrouble: (error: UserError) => void;
  /** Writing works again. */
  readonly onRecovered: () => void;
  /** Damaged bytes were found. */
  readonly onCorrupt: (message: string) => void;
  /** With "stop": appends begin to wait for confirmations. Called once each time. */
  readonly onFull?: (() => void) | undefined;
}
