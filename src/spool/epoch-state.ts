import { type NumberRange, NumberRanges, readRanges } from "../base/number-ranges.ts";
import { type EncodedRecord, encodeRecord, recordTypes } from "./record.ts";
import type { SpoolEpoch } from "./types.ts";

/**
 * The header of a record about an epoch. Each says what is true from then on, and nothing is ever taken back: so
 * records may be read in any order, and twice.
 */
export interface EpochChange {
  readonly camera: string;
  readonly epoch: string;
  readonly last?: number | undefined;
  /** Faces that were confirmed. */
  readonly freed?: readonly NumberRange[] | undefined;
  /** By reason. */
  readonly dropped?: Readonly<Record<string, readonly NumberRange[]>> | undefined;
  readonly endedAt?: string | undefined;
  readonly closed?: true | undefined;
}

/** Most ranges in one record, so that its header stays small. */
const rangesPerRecord = 2000;

/** What is known of an epoch. */
export class EpochState implements SpoolEpoch {
  readonly camera: string;
  readonly epoch: string;
  last = 0;
  endedAt: string | undefined;
  isClosed = false;
  faces = 0;
  readonly dropped = new Map<string, NumberRanges>();
  readonly freed = new NumberRanges();

  constructor(camera: string, epoch: string) {
    this.camera = camera;
    this.epoch = epoch;
  }

  /** Whether the face needs no place in the spool any more. */
  isDone(seq: number): boolean {
    if (this.isClosed || this.freed.has(seq)) return true;
    for (const ranges of this.dropped.values()) if (ranges.has(seq)) return true;
    return false;
  }

  addDropped(reason: string, ranges: Iterable<NumberRange>): void {
    const all = this.dropped.get(reason) ?? new NumberRanges();
    for (const [first, last] of ranges) {
      all.addRange(first, last);
      this.last = Math.max(this.last, last);
    }
    this.dropped.set(reason, all);
  }

  merge(change: EpochChange): void {
    this.last = Math.max(this.last, change.last ?? 0);
    this.endedAt ??= change.endedAt;
    if (change.closed) this.isClosed = true;
    for (const [first, last] of change.freed ?? []) this.freed.addRange(first, last);
    for (const [reason, ranges] of Object.entries(change.dropped ?? {})) this.addDropped(reason, ranges);
  }

  /** Records that contain all that is known. */
  snapshot(): EncodedRecord[] {
    if (this.isClosed) return [this.record({ closed: true })];
    const { endedAt, freed } = this;
    const dropped = [...this.dropped].flatMap(([reason, ranges]) => this.droppedRecords(reason, ranges));
    return [this.record({ endedAt }), ...this.freedRecords(freed), ...dropped];
  }

  freedRecords(freed: Iterable<NumberRange>): EncodedRecord[] {
    return pieces(freed).map((ranges) => this.record({ freed: ranges }));
  }

  droppedRecords(reason: string, dropped: Iterable<NumberRange>): EncodedRecord[] {
    return pieces(dropped).map((ranges) => this.record({ dropped: { [reason]: ranges } }));
  }

  /** With the last number, which tells that faces are missing when their own records are damaged. */
  record(change: Omit<EpochChange, "camera" | "epoch" | "last">): EncodedRecord {
    const { camera, epoch, last } = this;
    return encodeRecord(recordTypes.epoch, { camera, epoch, last, ...change } satisfies EpochChange);
  }
}

function pieces(ranges: Iterable<NumberRange>): NumberRange[][] {
  const all = [...ranges];
  const count = Math.ceil(all.length / rangesPerRecord);
  return Array.from({ length: count }, (_, at) =>
    all.slice(at * rangesPerRecord, (at + 1) * rangesPerRecord),
  );
}

/** Reads the header of an epoch's record; undefined when it is none. */
export function readEpochChange(header: unknown): EpochChange | undefined {
  const { camera, epoch, last, freed, dropped, endedAt, closed } = (header ?? {}) as Partial<EpochChange>;
  if (typeof camera !== "string" || typeof epoch !== "string") return undefined;
  const byReason = Object.entries(dropped ?? {}).map(
    ([reason, ranges]) => [reason, readRanges(ranges, rangesPerRecord) ?? []] as const,
  );
  return {
    camera,
    epoch,
    last: Number.isSafeInteger(last) ? last : undefined,
    freed: readRanges(freed ?? [], rangesPerRecord),
    dropped: Object.fromEntries(byReason),
    endedAt: typeof endedAt === "string" ? endedAt : undefined,
    closed: closed === true ? true : undefined,
  };
}

/** The epochs in order of their beginning. */
export class EpochTable {
  readonly #states = new Map<string, EpochState>();

  find(epoch: string): EpochState | undefined {
    return this.#states.get(epoch);
  }

  get(camera: string, epoch: string): EpochState {
    const known = this.#states.get(epoch);
    if (known) return known;
    const state = new EpochState(camera, epoch);
    this.#states.set(epoch, state);
    return state;
  }

  get open(): EpochState[] {
    return [...this.#states.values()].filter(({ isClosed }) => !isClosed);
  }

  /**
   * All that is known of the epochs, for the start of a segment. A closed epoch is remembered for as long as
   * `mentions` says that another segment has it as not closed.
   */
  snapshot(mentions: (state: EpochState) => boolean): EncodedRecord[] {
    for (const state of this.#states.values())
      if (state.isClosed && !mentions(state)) this.#states.delete(state.epoch);
    return [...this.#states.values()].flatMap((state) => state.snapshot());
  }
}
