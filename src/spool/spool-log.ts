import { type FileHandle, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { syncDirectory } from "../base/sync-directory.ts";
import type { Entry } from "./entry.ts";
import type { EpochTable } from "./epoch-state.ts";
import type { EncodedRecord } from "./record.ts";
import { Reserve } from "./reserve.ts";
import { rewriteSegment } from "./rewrite-segment.ts";
import { newSegment, reserveBytes, type Segment } from "./segment.ts";
import type { SegmentFiles } from "./segment-files.ts";
import { isDiskFull } from "./spool-errors.ts";
import { createSynchronous, openSynchronous, writeDurably } from "./synchronous-file.ts";

/** Where a group of records was written. */
export interface Written {
  readonly segment: Segment;
  /** Of the first record. */
  readonly offset: number;
}

interface Active {
  readonly segment: Segment;
  readonly file: FileHandle;
}

/** Freeing less than a block of a disk frees nothing. */
const blockBytes = 4096;
/** A segment is worth rewriting when this share of it can be freed. */
const gainShare = 1 / 8;

/**
 * The segments: numbered files to whose last one records are appended. Each begins with all that is known of the
 * epochs, so that an older one can be deleted. One caller at a time writes.
 */
export class SpoolLog {
  readonly #directory: string;
  readonly #maxBytes: number;
  readonly #epochs: EpochTable;
  readonly #files: SegmentFiles;
  /** Oldest first. */
  readonly #segments: Segment[];
  readonly #reserve: Reserve;
  /** Of one segment, at most. */
  readonly segmentBytes: number;
  /** The last segment, while it takes records. */
  #active: Active | undefined;
  #nextNumber: number;
  #bytes = 0;
  /** The size of a segment, more when the epochs alone need much of it. */
  #limit: number;

  constructor(
    directory: string,
    maxBytes: number,
    segmentBytes: number,
    epochs: EpochTable,
    files: SegmentFiles,
    segments: Segment[],
    nextNumber: number,
  ) {
    this.#directory = directory;
    this.#maxBytes = maxBytes;
    this.#epochs = epochs;
    this.#files = files;
    this.#segments = segments;
    this.#nextNumber = nextNumber;
    this.#bytes = segments.reduce((sum, { size }) => sum + size, 0);
    this.segmentBytes = segmentBytes;
    this.#limit = segmentBytes;
    this.#reserve = new Reserve(directory, reserveBytes(maxBytes));
  }

  /** Of all segments, and of the reserve for a full disk. */
  get bytes(): number {
    return this.#bytes + this.#reserve.bytes;
  }

  /** A full segment of which less can be freed is not rewritten, bytes. */
  get leastGain(): number {
    return this.#limit * gainShare;
  }

  /** Continues with the last segment of the run before, whose good part has `size` bytes. */
  async resume(segment: Segment, size: number): Promise<void> {
    const file = await openSynchronous(segment.path);
    try {
      await file.truncate(size);
      await file.datasync();
    } catch (error) {
      await file.close();
      throw error;
    }
    this.#grow(segment, size - segment.size);
    this.#active = { segment, file };
  }

  /** The bytes that the files grow by when `bytes` of records are appended. */
  growth(bytes: number): number {
    return this.#needsNew(bytes) ? bytes + lengthOf(this.#snapshot()) : bytes;
  }

  /** Reserves space for a full disk; without it no faces may be appended. @throws system errors: ENOSPC. */
  fillReserve(): Promise<void> {
    return this.#reserve.fill();
  }

  /** Appends records and makes them durable: all of them, or none and it rejects. */
  async append(records: readonly EncodedRecord[]): Promise<Written> {
    const active = this.#active;
    if (!active || this.#needsNew(lengthOf(records))) return this.#start(records);
    const written = await this.#append(active, records);
    for (const state of this.#epochs.open) active.segment.epochs.add(state);
    return written;
  }

  async #append({ segment, file }: Active, records: readonly EncodedRecord[]): Promise<Written> {
    const offset = segment.size;
    try {
      await writeDurably(file, toBuffer(records), offset);
    } catch (error) {
      // The file ends with what was durable before. It can be used again only if nothing else is wrong with it.
      const isCut = await file.truncate(offset).then(
        () => true,
        () => false,
      );
      if (!isCut || !isDiskFull(error)) await this.#seal();
      throw error;
    }
    this.#grow(segment, lengthOf(records));
    return { segment, offset };
  }

  /** The segments that no live face needs. */
  get #dead(): Segment[] {
    const last = this.#segments.at(-1);
    return this.#segments.filter((segment) => {
      if (segment.liveFaces > 0 || segment === this.#active?.segment) return false;
      // The last one may be the only one that knows the epochs.
      return segment !== last || this.#epochs.open.length === 0;
    });
  }

  get hasDead(): boolean {
    return this.#dead.length > 0;
  }

  /** Deletes the segments that no live face needs. */
  async deleteDead(): Promise<void> {
    for (const segment of this.#dead) {
      // It is tried again with the next write.
      if (!(await isRemoved(segment.path))) continue;
      this.#files.forget(segment);
      this.#segments.splice(this.#segments.indexOf(segment), 1);
      this.#bytes -= segment.size;
    }
  }

  /**
   * Rewrites the segment with most dead bytes of those that are worth it, or are damaged; false when there is none.
   * `live` are all live entries. Entries that turn out to be damaged are returned, and then nothing was rewritten.
   */
  async rewriteOne(
    which: "wasteful" | "damaged",
    live: Iterable<Entry>,
    space = this.#maxBytes - this.bytes,
  ): Promise<boolean | Entry[]> {
    const segment = this.#findToRewrite(which, space);
    if (!segment) return false;
    // What replaces the active one holds the epochs first.
    if (segment === this.#active?.segment) await this.#start([]);
    const entries = [...live].filter((entry) => entry.segment === segment);
    const work = this.#rewrite(
      segment,
      entries.sort((a, b) => a.offset - b.offset),
    );
    segment.rewriting = work.catch(() => undefined);
    try {
      return await work;
    } finally {
      segment.rewriting = undefined;
    }
  }

  /**
   * Frees space on a full disk, with the help of the reserve: the active segment is ended if much of it is dead, so that
   * it can be deleted at once or when its last faces are confirmed, and one that has few faces is rewritten. Returns
   * false when nothing could be freed, and damaged entries as `rewriteOne` does.
   */
  async relieve(live: Iterable<Entry>): Promise<boolean | Entry[]> {
    const count = this.#segments.length;
    await this.deleteDead();
    if (this.#segments.length < count) return true;
    const active = this.#active?.segment;
    const snapshotBytes = lengthOf(this.#snapshot());
    const isDead = active && gainOf(active, snapshotBytes) >= Math.max(blockBytes, active.size * gainShare);
    const space = reserveBytes(this.#maxBytes) - snapshotBytes;
    if (!isDead && !this.#findToRewrite("wasteful", space)) return false;
    await this.#reserve.release();
    try {
      if (isDead) await this.#start([]);
      await this.deleteDead();
      const rewritten = await this.rewriteOne("wasteful", live, space);
      return rewritten || isDead === true;
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      return false;
    } finally {
      await this.#reserve.fill().catch(() => undefined);
    }
  }

  /** Lets records use the reserve; false when there is none. */
  async releaseReserve(): Promise<boolean> {
    const had = this.#reserve.bytes > 0;
    await this.#reserve.release();
    return had;
  }

  get hasDamage(): boolean {
    return this.#segments.some(({ isDamaged }) => isDamaged);
  }

  async close(): Promise<void> {
    await this.#seal();
  }

  async #rewrite(segment: Segment, entries: readonly Entry[]): Promise<true | Entry[]> {
    const snapshot = this.#snapshot();
    const temporary = `${segment.path}.tmp`;
    try {
      const { damaged, offsets, size } = await rewriteSegment(
        segment.path,
        temporary,
        toBuffer(snapshot),
        entries,
      );
      if (damaged.length > 0) return damaged;
      await rename(temporary, segment.path);
      // From here on the file has the new offsets, whether its name is durable or not.
      this.#files.forget(segment);
      entries.forEach((entry, index) => {
        entry.offset = offsets[index] ?? 0;
      });
      this.#grow(segment, size - segment.size);
      segment.isDamaged = false;
      segment.epochs = new Set(this.#epochs.open);
      await syncDirectory(this.#directory);
      return true;
    } finally {
      await rm(temporary, { force: true }).catch(() => undefined);
    }
  }

  /** The segment to rewrite from which most can be freed, and whose copy needs at most `space` bytes. */
  #findToRewrite(which: "wasteful" | "damaged", space: number): Segment | undefined {
    const snapshotBytes = lengthOf(this.#snapshot());
    const gain = (segment: Segment) => gainOf(segment, snapshotBytes);
    const isCandidate = (segment: Segment) =>
      (which === "damaged" ? segment.isDamaged : gain(segment) >= Math.max(1, segment.size * gainShare)) &&
      segment.liveBytes + snapshotBytes <= space;
    return this.#segments.filter(isCandidate).sort((a, b) => gain(b) - gain(a))[0];
  }

  #needsNew(bytes: number): boolean {
    if (!this.#active) return true;
    const { size } = this.#active.segment;
    return size > 0 && size + bytes > this.#limit;
  }

  /** Begins a segment; the one before stays the active one if that fails. */
  async #start(records: readonly EncodedRecord[]): Promise<Written> {
    const snapshot = this.#snapshot();
    const number = this.#nextNumber++;
    const segment = newSegment(number, segmentPath(this.#directory, number));
    const file = await createSynchronous(segment.path);
    try {
      await writeDurably(file, toBuffer([...snapshot, ...records]), 0);
      await syncDirectory(this.#directory);
    } catch (error) {
      await file.close().catch(() => undefined);
      await rm(segment.path, { force: true }).catch(() => undefined);
      throw error;
    }
    await this.#seal();
    const offset = lengthOf(snapshot);
    this.#limit = Math.max(this.segmentBytes, 4 * offset);
    segment.epochs = new Set(this.#epochs.open);
    this.#segments.push(segment);
    this.#active = { segment, file };
    this.#grow(segment, offset + lengthOf(records));
    return { segment, offset };
  }

  async #seal(): Promise<void> {
    const active = this.#active;
    this.#active = undefined;
    await active?.file.close().catch(() => undefined);
  }

  #snapshot(): EncodedRecord[] {
    return this.#epochs.snapshot((state) => this.#segments.some(({ epochs }) => epochs.has(state)));
  }

  #grow(segment: Segment, bytes: number): void {
    segment.size += bytes;
    this.#bytes += bytes;
  }
}

/** What rewriting the segment frees, bytes. */
function gainOf({ size, liveBytes }: Segment, snapshotBytes: number): number {
  return size - liveBytes - snapshotBytes;
}

async function isRemoved(path: string): Promise<boolean> {
  try {
    await rm(path, { force: true });
    return true;
  } catch {
    return false;
  }
}

function segmentPath(directory: string, number: number): string {
  return join(directory, `${String(number).padStart(8, "0")}.log`);
}

export function lengthOf(records: readonly EncodedRecord[]): number {
  return records.reduce((sum, { length }) => sum + length, 0);
}

function toBuffer(records: readonly EncodedRecord[]): Buffer {
  return Buffer.concat(records.flatMap(({ parts }) => parts));
}
