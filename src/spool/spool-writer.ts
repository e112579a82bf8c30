import { NumberRanges } from "../base/number-ranges.ts";
import { systemCode } from "../base/system-errors.ts";
import { type Entry, releaseEntry } from "./entry.ts";
import type { EpochState } from "./epoch-state.ts";
import { chooseVictims } from "./evict.ts";
import type { EncodedRecord } from "./record.ts";
import { reserveBytes, segmentBytes } from "./segment.ts";
import { isDiskFull, spoolClosed } from "./spool-errors.ts";
import type { SpoolIndex } from "./spool-index.ts";
import { lengthOf, type SpoolLog, type Written } from "./spool-log.ts";
import { Trouble } from "./trouble.ts";
import type { SpoolOptions } from "./types.ts";
import { type Write, WriteQueue } from "./write-queue.ts";

/** Confirmations are written with the next face, or after this time, milliseconds. */
const freedDelay = 1000;
/** Most bytes that are written at once. */
const mostBatchBytes = 2 * 1024 * 1024;
/** At least this share of the spool is dropped at once, because choosing what to drop reads the whole index. */
const evictShare = 1 / 32;

/** Writes the log in the background: what arrives during one write and fdatasync goes together into the next. */
export class SpoolWriter {
  readonly #options: SpoolOptions;
  readonly #index: SpoolIndex;
  readonly #log: SpoolLog;
  readonly #queue = new WriteQueue();
  readonly #trouble: Trouble;
  #batchBytes: number;
  /** Faces may fill the spool up to here; the rest is for what is said about them, and for rewriting a segment. */
  readonly #usableBytes: number;
  #freed = new Map<EpochState, NumberRanges>();
  #freedTimer: NodeJS.Timeout | undefined;
  #isFull = false;
  #isClosing = false;
  #mayRepair = true;
  #again = false;
  #work: Promise<void> | undefined;

  constructor(options: SpoolOptions, index: SpoolIndex, log: SpoolLog) {
    this.#options = options;
    this.#index = index;
    this.#log = log;
    this.#trouble = new Trouble(options);
    const segment = segmentBytes(options.maxBytes);
    this.#batchBytes = Math.min(mostBatchBytes, log.segmentBytes / 4);
    this.#usableBytes = options.maxBytes - segment;
  }

  /** A larger record never fits, whatever is dropped for it, bytes. */
  get mostRecordBytes(): number {
    const { maxBytes } = this.#options;
    return this.#usableBytes - segmentBytes(maxBytes) - reserveBytes(maxBytes);
  }

  /** Faces that wait when the spool is closed may use the space for rewriting; what is said about them keeps some. */
  get #facesLimit(): number {
    const { maxBytes, full } = this.#options;
    return this.#isClosing && full === "stop" ? maxBytes - reserveBytes(maxBytes) : this.#usableBytes;
  }

  addFact(write: Write): void {
    this.#queue.addFact(write);
    this.wake();
  }

  addFace(write: Write): void {
    this.#queue.addFace(write);
    this.wake();
  }

  /** The face was confirmed. This is written later: if it is lost, the face is sent once more. */
  free(entry: Entry): void {
    this.#index.remove(entry);
    entry.state.freed.add(entry.seq);
    const ranges = this.#freed.get(entry.state) ?? new NumberRanges();
    ranges.add(entry.seq);
    this.#freed.set(entry.state, ranges);
    this.#freedTimer ??= setTimeout(() => this.#writeFreed(), freedDelay).unref();
    this.#release([entry]);
  }

  /** Drops faces that are not wanted, or are lost. Their bytes remain until the record of this is durable. */
  discard(entries: readonly Entry[], reason: string, onDurable?: () => void): void {
    const records = this.#drop(entries, reason);
    this.addFact({
      records,
      onDurable: () => {
        this.#release(entries);
        onDurable?.();
      },
    });
  }

  /** Resolves when all that was added is durable, or has failed. */
  async flush(): Promise<void> {
    this.#writeFreed();
    await this.#queue.flush();
  }

  /** Writes what waits, if that is possible, and fails the rest. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#writeFreed();
    this.#trouble.wake();
    await this.#work;
    this.#fail(this.#queue.takeAll(), spoolClosed(this.#trouble.error));
  }

  /** Something was added, or space was freed. */
  wake(): void {
    this.#again = true;
    this.#work ??= this.#run().finally(() => {
      this.#work = undefined;
    });
  }

  async #run(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      while (await this.#step());
    }
  }

  /** Writes one batch; false when there is nothing to write, or no space. */
  async #step(): Promise<boolean> {
    let facts: Write[] = [];
    let faces: Write[] = [];
    try {
      await this.#deleteDead();
      facts = this.#queue.takeFacts(this.#batchBytes);
      // What is said about faces may free the space for which others wait.
      const factsFirst = facts.length > 0 && (this.#isClosing || this.#trouble.error !== undefined);
      faces = factsFirst ? [] : this.#queue.takeFaces(this.#batchBytes);
      if (facts.length + faces.length > 0) facts = [...this.#freedWrites(), ...facts];
      const { maxBytes } = this.#options;
      if (this.#log.bytes > maxBytes) await this.#makeRoom([], this.#usableBytes);
      if (faces.length > 0 && !(await this.#makeRoom(recordsOf([...facts, ...faces]), this.#facesLimit))) {
        if (this.#isClosing) {
          this.#queue.returnFacts(facts);
          return this.#fitLess(faces, spoolClosed());
        }
        this.#queue.returnFaces(faces);
        faces = [];
        this.#reportFull();
      } else if (faces.length > 0) this.#isFull = false;
      else if (!(await this.#makeRoom(recordsOf(facts), maxBytes))) {
        this.#queue.returnFacts(facts);
        return false;
      }
      if (facts.length + faces.length === 0) return await this.#repair();
      await this.#write([...facts, ...faces], faces.length > 0);
      return true;
    } catch (error) {
      return this.#tryLater(facts, faces, error);
    }
  }

  async #tryLater(facts: readonly Write[], faces: readonly Write[], error: unknown): Promise<boolean> {
    if (systemCode(error) === "") {
      // A bug, which a second attempt does not cure.
      this.#fail([...facts, ...faces], error);
    } else if (this.#isClosing) {
      this.#fail(facts, error);
      if (faces.length > 0) this.#fitLess(faces, spoolClosed(error));
    } else {
      this.#queue.returnFacts(facts);
      this.#queue.returnFaces(faces);
      await this.#trouble.wait(error);
    }
    return true;
  }

  /** The spool is being closed, and there is no space for these: for fewer there may be. */
  #fitLess(faces: readonly Write[], error: unknown): true {
    if (faces.length > 1) {
      this.#batchBytes = lengthOf(recordsOf(faces)) / 2;
      this.#queue.returnFaces(faces);
    } else {
      // None after it either: an epoch's numbers must have no holes.
      this.#fail([...faces, ...this.#queue.takeFaces(Number.POSITIVE_INFINITY)], error);
    }
    return true;
  }

  /** Appends the writes' records, all of them or none. */
  async #write(writes: readonly Write[], hasFaces = false): Promise<void> {
    const { segment, offset } = await this.#append(recordsOf(writes), hasFaces);
    if (hasFaces || !this.#queue.facesWait) this.#trouble.over();
    let at = offset;
    for (const write of writes) {
      write.onDurable({ segment, offset: at });
      at += lengthOf(write.records);
    }
    this.#queue.ended(writes);
  }

  /** On a full disk, frees what can be freed; what is said about faces may use the reserve, because it frees more. */
  async #append(records: readonly EncodedRecord[], hasFaces: boolean): Promise<Written> {
    for (;;) {
      try {
        if (hasFaces) await this.#log.fillReserve();
        return await this.#log.append(records);
      } catch (error) {
        if (!isDiskFull(error)) throw error;
        if (await this.#afterRewrite(this.#log.relieve(this.#index.entries))) continue;
        if (hasFaces || !(await this.#log.releaseReserve())) throw error;
      }
    }
  }

  /** Frees space until the files and `records` together have at most `limit` bytes; false when that is impossible. */
  async #makeRoom(records: readonly EncodedRecord[], limit: number): Promise<boolean> {
    const bytes = lengthOf(records);
    for (;;) {
      await this.#deleteDead();
      const missing = this.#log.bytes + this.#log.growth(bytes) - limit;
      if (missing <= 0) return true;
      if (await this.#rewrite("wasteful")) continue;
      if (this.#options.full === "stop") return false;
      const { full, maxBytes } = this.#options;
      // Less than what makes a segment worth rewriting frees nothing.
      const needed = Math.max(missing, this.#log.leastGain);
      const share = Math.max(needed, maxBytes * evictShare);
      const victims = chooseVictims(this.#index.entries, full, needed, share);
      if (victims.length === 0) return false;
      await this.#evict(victims, "spool_full");
    }
  }

  /**
   * Deletes the segments that no face needs. What is said about their faces is written first, if there is room for it:
   * otherwise, after a crash, they would be missing without a reason.
   */
  async #deleteDead(): Promise<void> {
    if (!this.#log.hasDead) return;
    const facts = [...this.#freedWrites(), ...this.#queue.takeFacts(Number.POSITIVE_INFINITY)];
    const growth = this.#log.growth(lengthOf(recordsOf(facts)));
    if (facts.length > 0 && this.#log.bytes + growth <= this.#options.maxBytes)
      await this.#writeOrQueue(facts);
    else this.#queue.returnFacts(facts);
    await this.#log.deleteDead();
  }

  /** Rewrites a segment that has damaged bytes, so that they are reported once. It is not essential. */
  async #repair(): Promise<boolean> {
    if (!this.#mayRepair || !this.#log.hasDamage) return false;
    this.#mayRepair = await this.#rewrite("damaged").catch(() => false);
    return this.#mayRepair;
  }

  #rewrite(which: "wasteful" | "damaged"): Promise<boolean> {
    return this.#afterRewrite(this.#log.rewriteOne(which, this.#index.entries));
  }

  async #afterRewrite(rewriting: Promise<boolean | Entry[]>): Promise<boolean> {
    const result = await rewriting;
    if (typeof result === "boolean") return result;
    // Those that were confirmed meanwhile are not lost.
    const lost = result.filter(({ isLive }) => isLive);
    for (const entry of lost) this.#options.onCorrupt(damagedFace(entry));
    if (lost.length > 0) await this.#evict(lost, "corrupt");
    return true;
  }

  async #evict(entries: readonly Entry[], reason: "spool_full" | "corrupt"): Promise<void> {
    const records = this.#drop(entries, reason);
    const onDurable = () => {
      this.#release(entries);
      this.#options.onDropped(entries, reason);
    };
    await this.#writeOrQueue([{ records, onDurable }]);
  }

  async #writeOrQueue(facts: readonly Write[]): Promise<void> {
    try {
      await this.#write(facts);
    } catch (error) {
      this.#queue.returnFacts(facts);
      throw error;
    }
  }

  /** Removes the entries from the index, and returns the records that say so. */
  #drop(entries: readonly Entry[], reason: string): EncodedRecord[] {
    const byEpoch = new Map<EpochState, NumberRanges>();
    for (const entry of entries) {
      const { state, seq } = entry;
      if (entry.isLive) this.#index.remove(entry);
      const ranges = byEpoch.get(state) ?? new NumberRanges();
      ranges.add(seq);
      byEpoch.set(state, ranges);
    }
    return [...byEpoch].flatMap(([state, ranges]) => {
      state.addDropped(reason, ranges);
      return state.droppedRecords(reason, ranges);
    });
  }

  /** The entries' records are dead bytes now. */
  #release(entries: readonly Entry[]): void {
    for (const entry of entries) {
      const { segment } = entry;
      releaseEntry(entry);
      if (segment?.liveFaces === 0) this.#trouble.wake();
    }
    if (this.#queue.facesWait) this.wake();
  }

  #writeFreed(): void {
    clearTimeout(this.#freedTimer);
    this.#freedTimer = undefined;
    for (const write of this.#freedWrites()) this.#queue.addFact(write);
    this.wake();
  }

  #freedWrites(): Write[] {
    if (this.#freedTimer !== undefined) clearTimeout(this.#freedTimer);
    this.#freedTimer = undefined;
    const all = [...this.#freed].filter(([{ isClosed }]) => !isClosed);
    this.#freed = new Map();
    return all.map(([state, ranges]) => ({
      records: state.freedRecords(ranges),
      onDurable: () => undefined,
    }));
  }

  #reportFull(): void {
    if (this.#isFull || this.#options.full !== "stop") return;
    this.#isFull = true;
    this.#options.onFull?.();
  }

  #fail(writes: readonly Write[], error: unknown): void {
    for (const { onFailed } of writes) onFailed?.(error);
    this.#queue.ended(writes);
  }
}

function damagedFace({ camera, seq }: Entry): string {
  return `face ${seq} of camera ${camera} is damaged in the spool`;
}

function recordsOf(writes: readonly Write[]): EncodedRecord[] {
  return writes.flatMap(({ records }) => records);
}
