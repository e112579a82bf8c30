import { access, constants, mkdir, statfs } from "node:fs/promises";
import { deferred } from "../base/deferred.ts";
import { UserError } from "../base/errors.ts";
import { systemCode } from "../base/system-errors.ts";
import { sleep } from "../base/time.ts";
import { CorruptCopies } from "./corrupt-copies.ts";
import { type Entry, encodeFaceRecord, moveEntry, newEntry } from "./entry.ts";
import type { EpochState } from "./epoch-state.ts";
import { loadSegments } from "./load.ts";
import { SpoolLock } from "./lock.ts";
import { ReadAhead } from "./read-ahead.ts";
import { readFace } from "./read-face.ts";
import { type Segment, segmentBytes } from "./segment.ts";
import { SegmentFiles } from "./segment-files.ts";
import { spoolError } from "./spool-errors.ts";
import { SpoolIndex } from "./spool-index.ts";
import { SpoolLog } from "./spool-log.ts";
import { SpoolWriter } from "./spool-writer.ts";
import type { SpoolEpoch, SpooledFace, SpoolOptions } from "./types.ts";

/** A face that the disk cannot read is tried so often, this many milliseconds apart, before it counts as damaged. */
const mostReads = 5;
const retryDelay = 1000;
/** So many others are read to know whether only this one cannot be. */
const mostOthers = 3;
/** A disk with less is treated as one that has it, bytes. */
const leastSpace = 256 * 1024;

/** What the segments may have on their disk: their own bytes and the free ones. */
async function spaceFor(directory: string, segments: readonly Segment[]): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return segments.reduce((sum, { size }) => sum + size, bavail * bsize);
}

/**
 * Faces on disk until they are confirmed: a log of segments in one directory, for one process at a time. The index is in
 * memory, the pictures are not. docs/architecture.md says why it is a log of our own.
 */
export class Spool {
  readonly #options: SpoolOptions;
  readonly #lock: SpoolLock;
  readonly #index: SpoolIndex;
  readonly #log: SpoolLog;
  readonly #files: SegmentFiles;
  readonly #copies: CorruptCopies;
  readonly #writer: SpoolWriter;
  readonly #readAhead = new ReadAhead();
  #nextOrder: number;

  private constructor(
    options: SpoolOptions,
    lock: SpoolLock,
    index: SpoolIndex,
    log: SpoolLog,
    files: SegmentFiles,
    copies: CorruptCopies,
    nextOrder: number,
  ) {
    this.#options = options;
    this.#lock = lock;
    this.#index = index;
    this.#log = log;
    this.#files = files;
    this.#copies = copies;
    this.#writer = new SpoolWriter(options, index, log);
    this.#nextOrder = nextOrder;
  }

  /** Opens or creates the spool. @throws UserError SPOOL_IN_USE, SPOOL_NOT_WRITABLE or SPOOL_DISK_FULL. */
  static async open(options: SpoolOptions): Promise<Spool> {
    const { directory } = options;
    try {
      await mkdir(directory, { recursive: true });
      await access(directory, constants.R_OK | constants.W_OK | constants.X_OK);
      const lock = await SpoolLock.acquire(directory);
      try {
        return await Spool.#load(options, lock);
      } catch (error) {
        await lock.release();
        throw error;
      }
    } catch (error) {
      throw error instanceof UserError || systemCode(error) === "" ? error : spoolError(error, directory);
    }
  }

  static async #load(options: SpoolOptions, lock: SpoolLock): Promise<Spool> {
    const { directory, maxBytes, onCorrupt, onDropped } = options;
    const index = new SpoolIndex();
    const copies = new CorruptCopies(directory);
    const files = new SegmentFiles();
    const loaded = await loadSegments(directory, index, copies, onCorrupt);
    const { segments, nextNumber, resumable, nextOrder, lost } = loaded;
    // On a disk that is smaller than the limit, shorter segments: a dead one is a smaller share of the disk.
    const size = segmentBytes(Math.min(maxBytes, Math.max(leastSpace, await spaceFor(directory, segments))));
    const log = new SpoolLog(directory, maxBytes, size, index.epochs, files, segments, nextNumber);
    // If that fails, a new segment is begun.
    if (resumable) await log.resume(resumable.segment, resumable.size).catch(() => undefined);
    // On a full disk it is made later.
    await log.fillReserve().catch(() => undefined);
    const spool = new Spool(options, lock, index, log, files, copies, nextOrder);
    if (lost.length > 0) spool.#writer.discard(lost, "corrupt", () => onDropped(lost, "corrupt"));
    spool.#writer.wake();
    return spool;
  }

  /** How many faces are in the spool. */
  get faces(): number {
    return this.#index.entries.size;
  }

  /** The size of all segment files, and of the reserve for a full disk. */
  get bytes(): number {
    return this.#log.bytes;
  }

  /** The faces, oldest first. */
  get oldest(): Iterable<SpooledFace> {
    return this.#index.entries;
  }

  /** The epochs that are not closed, in order of their beginning. */
  get epochs(): readonly SpoolEpoch[] {
    return this.#index.epochs.open;
  }

  /** An epoch begins; its faces get the sequence numbers 1, 2, 3 ... */
  beginEpoch(camera: string, epoch: string): void {
    this.#record(this.#index.epochs.get(camera, epoch), {});
  }

  /**
   * Adds a face; resolves when it is durable, or with undefined when it is larger than the spool and was dropped. While
   * the disk or the spool is full it waits. `payload` must not change until then.
   * @throws UserError STOPPED when the spool is closed first.
   */
  append(face: Omit<SpooledFace, "bytes" | "inFlight">, payload: Buffer): Promise<SpooledFace | undefined> {
    const state = this.#index.epochs.get(face.camera, face.epoch);
    const entry = newEntry({ ...face, order: this.#nextOrder++ }, state, payload.length);
    const record = encodeFaceRecord(entry, payload);
    const { promise, resolve, reject } = deferred<SpooledFace | undefined>();
    if (record.length > this.#writer.mostRecordBytes) {
      const dropped = { dropped: { spool_full: [[face.seq, face.seq] as const] } };
      const onDurable = () => {
        state.merge({ camera: face.camera, epoch: face.epoch, ...dropped });
        this.#options.onDropped([entry], "spool_full");
        resolve(undefined);
      };
      this.#writer.addFace({ records: [state.record(dropped)], onDurable, onFailed: reject });
      return promise;
    }
    this.#writer.addFace({
      records: [record],
      onDurable: ({ segment, offset }) => {
        moveEntry(entry, segment, offset, record.length);
        this.#index.add(entry);
        segment.epochs.add(state);
        resolve(entry);
      },
      onFailed: reject,
    });
    return promise;
  }

  /** The picture; undefined when the face is not in the spool any more, or is damaged and therefore was dropped. */
  async read(face: SpooledFace): Promise<Buffer | undefined> {
    for (let attempts = 1; ; attempts++) {
      const entry = this.#index.entryOf(face);
      const segment = entry?.segment;
      if (!entry || !segment) return undefined;
      const { offset } = entry;
      const result = await readFace(this.#files, entry, segment, this.#readAhead);
      if (Buffer.isBuffer(result)) return result;
      await segment.rewriting;
      const isMoved = entry.segment !== segment || entry.offset !== offset;
      if (isMoved || result === "closed" || !entry.isLive) continue;
      // The system or the disk has a problem, which says nothing about the face while it lasts for others.
      const isDamaged = attempts >= mostReads && (await this.#canReadOthers(entry));
      if (result === "later" || (result === "unreadable" && !isDamaged)) await sleep(retryDelay);
      else await this.#setAside(entry);
    }
  }

  /** Whether the face is still in the spool. */
  has(face: SpooledFace): boolean {
    return this.#index.entryOf(face) !== undefined;
  }

  find(epoch: string, seq: number): SpooledFace | undefined {
    return this.#index.find(epoch, seq);
  }

  /** The face is confirmed. */
  remove(face: SpooledFace): void {
    const entry = this.#index.entryOf(face);
    if (entry) this.#writer.free(entry);
  }

  /** The face is dropped by a rule: its epoch's record will say so. */
  drop(face: SpooledFace, reason: string): void {
    const entry = this.#index.entryOf(face);
    if (entry) this.#writer.discard([entry], reason);
  }

  /** Stores a smaller picture of the same face, which keeps its place in the order; resolves when it is durable. */
  replace(face: SpooledFace, payload: Buffer): Promise<SpooledFace> {
    const entry = this.#index.entryOf(face);
    if (!entry) return Promise.resolve(face);
    const record = encodeFaceRecord(entry, payload);
    const { promise, resolve, reject } = deferred<SpooledFace>();
    this.#writer.addFact({
      records: [record],
      onDurable: ({ segment, offset }) => {
        if (entry.isLive) {
          moveEntry(entry, segment, offset, record.length);
          entry.bytes = payload.length;
        }
        resolve(face);
      },
      onFailed: reject,
    });
    return promise;
  }

  /** No more faces of the epoch will follow. `endedAt` is RFC 3339. */
  endEpoch(epoch: string, endedAt: string): void {
    const state = this.#index.epochs.find(epoch);
    if (!state || state.isClosed) return;
    state.endedAt ??= endedAt;
    this.#record(state, { endedAt });
  }

  /** The epoch's record is stored: nothing of it is needed any more. */
  closeEpoch(epoch: string): void {
    const state = this.#index.epochs.find(epoch);
    if (!state || state.isClosed) return;
    for (const entry of this.#index.facesOf(state)) this.#writer.free(entry);
    state.isClosed = true;
    this.#record(state, { closed: true });
  }

  /** Resolves when all that was said so far is durable. */
  flush(): Promise<void> {
    return this.#writer.flush();
  }

  /** Writes what waits, if the disk allows it, and lets other processes use the directory. */
  async close(): Promise<void> {
    await this.#writer.close();
    await this.#log.close();
    await this.#files.close();
    await this.#lock.release();
  }

  #record(state: EpochState, change: Parameters<EpochState["record"]>[0]): void {
    this.#writer.addFact({ records: [state.record(change)], onDurable: () => undefined });
  }

  async #canReadOthers(entry: Entry): Promise<boolean> {
    let tried = 0;
    for (const other of this.#index.entries) {
      if (other === entry || !other.segment) continue;
      if (Buffer.isBuffer(await readFace(this.#files, other, other.segment, this.#readAhead))) return true;
      if (++tried === mostOthers) break;
    }
    return false;
  }

  async #setAside(entry: Entry): Promise<void> {
    const { segment, offset, length, camera, seq } = entry;
    if (!segment) return;
    segment.isDamaged = true;
    const { onCorrupt, onDropped } = this.#options;
    this.#writer.discard([entry], "corrupt", () => onDropped([entry], "corrupt"));
    onCorrupt(`face ${seq} of camera ${camera} is damaged in the spool, in ${segment.path} at ${offset}`);
    await this.#files.get(segment).then(
      (file) => this.#copies.add(file, segment, offset, length),
      () => undefined,
    );
  }
}
