import type { EpochState } from "./epoch-state.ts";
import { type EncodedRecord, encodeRecord, recordTypes } from "./record.ts";
import type { Segment } from "./segment.ts";
import type { SpooledFace } from "./types.ts";

/** A face of the index, with the place of its record. */
export interface Entry extends SpooledFace {
  bytes: number;
  /** Faces are ordered by it, oldest first; a face that is replaced keeps it. */
  readonly order: number;
  readonly state: EpochState;
  /** Undefined until it is durable. */
  segment: Segment | undefined;
  /** Of the record in its segment, bytes. */
  offset: number;
  length: number;
  isLive: boolean;
}

/** The header of a face's record. */
export interface FaceHeader extends Omit<SpooledFace, "bytes" | "inFlight"> {
  readonly order: number;
}

export function newEntry(header: FaceHeader, state: EpochState, bytes: number): Entry {
  return {
    camera: state.camera,
    epoch: state.epoch,
    seq: header.seq,
    visit: header.visit,
    quality: header.quality,
    capturedAt: header.capturedAt,
    bytes,
    inFlight: false,
    order: header.order,
    state,
    segment: undefined,
    offset: 0,
    length: 0,
    isLive: false,
  };
}

export function encodeFaceRecord(entry: Entry, payload: Buffer): EncodedRecord {
  const { camera, epoch, seq, visit, quality, capturedAt, order } = entry;
  const header: FaceHeader = { camera, epoch, seq, visit, quality, capturedAt, order };
  return encodeRecord(recordTypes.face, header, payload);
}

/** Reads the header of a face's record; undefined when it is none. */
export function readFaceHeader(header: unknown): FaceHeader | undefined {
  const { camera, epoch, seq, visit, quality, capturedAt, order } = (header ?? {}) as Partial<FaceHeader>;
  if (typeof camera !== "string" || typeof epoch !== "string") return undefined;
  if (!Number.isSafeInteger(seq) || Number(seq) < 1 || !Number.isSafeInteger(order)) return undefined;
  if (visit !== undefined && typeof visit !== "string") return undefined;
  return {
    camera,
    epoch,
    seq: Number(seq),
    visit,
    quality: Number(quality) || 0,
    capturedAt: Number(capturedAt) || 0,
    order: Number(order),
  };
}

/** The entry's record is at a new place. */
export function moveEntry(entry: Entry, segment: Segment, offset: number, length: number): void {
  releaseEntry(entry);
  entry.segment = segment;
  entry.offset = offset;
  entry.length = length;
  segment.liveBytes += length;
  segment.liveFaces++;
}

/** The entry needs its record no longer. */
export function releaseEntry(entry: Entry): void {
  if (!entry.segment) return;
  entry.segment.liveBytes -= entry.length;
  entry.segment.liveFaces--;
  entry.segment = undefined;
}

/** The live entries, oldest first. */
export class EntryList implements Iterable<Entry> {
  #entries: Entry[] = [];
  /** Entries before this index are not live. */
  #head = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Adds an entry that is younger than the others. */
  push(entry: Entry): void {
    entry.isLive = true;
    this.#entries.push(entry);
    this.#size++;
  }

  remove(entry: Entry): void {
    entry.isLive = false;
    this.#size--;
    while (this.#entries[this.#head]?.isLive === false) this.#head++;
    if (this.#entries.length < 64 || this.#size > this.#entries.length / 2) return;
    this.#entries = this.#entries.filter(({ isLive }) => isLive);
    this.#head = 0;
  }

  *[Symbol.iterator](): Iterator<Entry> {
    const entries = this.#entries;
    for (let index = this.#head; index < entries.length; index++) {
      const entry = entries[index];
      if (entry?.isLive) yield entry;
    }
  }
}
