import type { EpochState } from "./epoch-state.ts";

/** A file of the log. */
export interface Segment {
  readonly number: number;
  readonly path: string;
  /** Of the file, bytes. */
  size: number;
  /** Of the records of faces that are still needed, bytes. */
  liveBytes: number;
  liveFaces: number;
  /** It contains damaged bytes, so it is rewritten soon. */
  isDamaged: boolean;
  /** While its file is being replaced, and entries have the offsets in the old one. */
  rewriting: Promise<unknown> | undefined;
  /** Epochs that it mentions as not closed. */
  epochs: Set<EpochState>;
}

export function newSegment(number: number, path: string): Segment {
  const epochs = new Set<EpochState>();
  return {
    number,
    path,
    size: 0,
    liveBytes: 0,
    liveFaces: 0,
    isDamaged: false,
    rewriting: undefined,
    epochs,
  };
}

/** Bytes of one segment: small enough that freeing one frees a small share of the spool. */
export function segmentBytes(maxBytes: number): number {
  const share = Math.min(8 * 1024 * 1024, Math.max(64 * 1024, Math.floor(maxBytes / 16)));
  return Math.min(share, Math.floor(maxBytes / 4));
}

/** Bytes of the file that is deleted when the disk is full. */
export function reserveBytes(maxBytes: number): number {
  return Math.min(64 * 1024, Math.floor(segmentBytes(maxBytes) / 4));
}
