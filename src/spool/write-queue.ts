import { deferred } from "../base/deferred.ts";
import type { EncodedRecord } from "./record.ts";
import { lengthOf, type Written } from "./spool-log.ts";

/** Something to write. */
export interface Write {
  readonly records: readonly EncodedRecord[];
  /** Where the first record is. */
  readonly onDurable: (written: Written) => void;
  readonly onFailed?: ((error: unknown) => void) | undefined;
}

/**
 * What waits to be written, in two queues: faces wait while the spool is full, and what is said about faces overtakes
 * them, because it is what frees space.
 */
export class WriteQueue {
  readonly #facts: Write[] = [];
  readonly #faces: Write[] = [];
  /** Those in the queues and those being written. */
  readonly #pending = new Set<Write>();
  #flushes: { readonly writes: Set<Write>; readonly done: () => void }[] = [];

  get facesWait(): boolean {
    return this.#faces.length > 0;
  }

  addFact(write: Write): void {
    this.#pending.add(write);
    this.#facts.push(write);
  }

  addFace(write: Write): void {
    this.#pending.add(write);
    this.#faces.push(write);
  }

  /** Takes writes of at most `bytes`, or one. */
  takeFacts(bytes: number): Write[] {
    return take(this.#facts, bytes);
  }

  takeFaces(bytes: number): Write[] {
    return take(this.#faces, bytes);
  }

  takeAll(): Write[] {
    return [...this.#facts.splice(0), ...this.#faces.splice(0)];
  }

  returnFacts(writes: readonly Write[]): void {
    this.#facts.unshift(...writes);
  }

  returnFaces(writes: readonly Write[]): void {
    this.#faces.unshift(...writes);
  }

  /** Resolves when all that waits now is written, or has failed. */
  flush(): Promise<void> {
    const writes = new Set(this.#pending);
    if (writes.size === 0) return Promise.resolve();
    const { promise, resolve } = deferred();
    this.#flushes.push({ writes, done: resolve });
    return promise;
  }

  /** They are durable, or have failed. */
  ended(writes: readonly Write[]): void {
    for (const write of writes) this.#pending.delete(write);
    if (this.#flushes.length === 0) return;
    for (const flush of this.#flushes) for (const write of writes) flush.writes.delete(write);
    for (const { writes: left, done } of this.#flushes) if (left.size === 0) done();
    this.#flushes = this.#flushes.filter(({ writes: left }) => left.size > 0);
  }
}

function take(queue: Write[], bytes: number): Write[] {
  let sum = 0;
  let count = 0;
  for (const { records } of queue) {
    sum += lengthOf(records);
    if (count > 0 && sum > bytes) break;
    count++;
  }
  return queue.splice(0, count);
}
