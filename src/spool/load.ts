import { type FileHandle, open, readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { NumberRanges } from "../base/number-ranges.ts";
import { errorReason } from "../base/system-errors.ts";
import type { CorruptCopies } from "./corrupt-copies.ts";
import { type Entry, type FaceHeader, moveEntry, newEntry, readFaceHeader, releaseEntry } from "./entry.ts";
import { type EpochState, readEpochChange } from "./epoch-state.ts";
import { recordTypes } from "./record.ts";
import { type Damage, type ScannedRecord, scanSegment } from "./scan-segment.ts";
import { newSegment, type Segment } from "./segment.ts";
import type { SpoolIndex } from "./spool-index.ts";

export interface Loaded {
  /** Oldest first. */
  readonly segments: Segment[];
  /** Above every number in use. */
  readonly nextNumber: number;
  /** The last segment and its size without the write that a crash cut off; undefined when it is damaged. */
  readonly resumable: { readonly segment: Segment; readonly size: number } | undefined;
  /** Above the order of every face. */
  readonly nextOrder: number;
  /** Faces that the spool had, by their epochs' numbers, and that are neither here nor confirmed nor dropped. */
  readonly lost: Entry[];
}

/** Reads all segments of the directory into the index. Damage is reported, never fatal. */
export async function loadSegments(
  directory: string,
  index: SpoolIndex,
  copies: CorruptCopies,
  onCorrupt: (message: string) => void,
): Promise<Loaded> {
  const loader = new Loader(index, copies, onCorrupt);
  const names = await readdir(directory);
  for (const name of names.filter((each) => /^\d{8}\.log\.tmp$/.test(each)))
    await rm(join(directory, name), { force: true }).catch(() => undefined);
  const logs = names.filter((name) => /^\d{8}\.log$/.test(name)).sort();
  for (const name of logs)
    await loader.read(join(directory, name), Number.parseInt(name, 10), name === logs.at(-1));
  return loader.finish(Number.parseInt(logs.at(-1) ?? "0", 10) + 1);
}

class Loader {
  readonly #index: SpoolIndex;
  readonly #copies: CorruptCopies;
  readonly #onCorrupt: (message: string) => void;
  readonly #segments: Segment[] = [];
  readonly #entries: Entry[] = [];
  #resumable: Loaded["resumable"];

  constructor(index: SpoolIndex, copies: CorruptCopies, onCorrupt: (message: string) => void) {
    this.#index = index;
    this.#copies = copies;
    this.#onCorrupt = onCorrupt;
  }

  async read(path: string, number: number, isLast: boolean): Promise<void> {
    let file: FileHandle;
    try {
      file = await open(path, "r");
    } catch (error) {
      this.#onCorrupt(`${path} cannot be read: ${errorReason(error)}`);
      return;
    }
    try {
      const stat = await file.stat();
      if (!stat.isFile()) this.#onCorrupt(`${path} is not a file`);
      else await this.#readSegment(file, number, path, stat.size, isLast);
    } finally {
      await file.close();
    }
  }

  async #readSegment(
    file: FileHandle,
    number: number,
    path: string,
    size: number,
    isLast: boolean,
  ): Promise<void> {
    const segment = newSegment(number, path);
    segment.size = size;
    this.#segments.push(segment);
    let good = size;
    for await (const found of scanSegment(file, size)) {
      if (found.kind === "record") this.#addRecord(found, segment);
      else if (isLast && found.isCutOff) good = found.offset;
      else await this.#addDamage(found, file, segment);
    }
    if (isLast && !segment.isDamaged && good > 0) this.#resumable = { segment, size: good };
  }

  #addRecord(record: ScannedRecord, segment: Segment): void {
    const face = record.type === recordTypes.face ? readFaceHeader(record.header) : undefined;
    const change = record.type === recordTypes.epoch ? readEpochChange(record.header) : undefined;
    if (face) this.#place(this.#entryOf(face, this.#addFace(face, segment)), record, segment);
    else if (change) {
      const state = this.#index.epochs.get(change.camera, change.epoch);
      state.merge(change);
      if (!change.closed) segment.epochs.add(state);
    }
  }

  /** A face that was replaced has two records: the later one counts. */
  #entryOf(face: FaceHeader, state: EpochState): Entry {
    const known = this.#index.find(face.epoch, face.seq);
    if (known) return known;
    const entry = newEntry(face, state, 0);
    this.#index.register(entry);
    this.#entries.push(entry);
    return entry;
  }

  #place(entry: Entry, { offset, length, headBytes }: ScannedRecord, segment: Segment): void {
    moveEntry(entry, segment, offset, length);
    entry.bytes = length - headBytes;
  }

  async #addDamage(damage: Damage, file: FileHandle, segment: Segment): Promise<void> {
    segment.isDamaged = true;
    for (const { type, header } of damage.heads) {
      const face = type === recordTypes.face ? readFaceHeader(header) : undefined;
      if (face) this.#addFace(face, segment);
    }
    await this.#copies.add(file, segment, damage.offset, damage.length);
    this.#onCorrupt(`${basename(segment.path)} has ${damage.length} damaged bytes at ${damage.offset}`);
  }

  #addFace(face: FaceHeader, segment: Segment): EpochState {
    const state = this.#index.epochs.get(face.camera, face.epoch);
    state.last = Math.max(state.last, face.seq);
    segment.epochs.add(state);
    return state;
  }

  finish(nextNumber: number): Loaded {
    this.#entries.sort((a, b) => a.order - b.order);
    for (const entry of this.#entries) {
      if (entry.state.isDone(entry.seq)) {
        this.#index.unregister(entry);
        releaseEntry(entry);
      } else this.#index.add(entry);
    }
    const lost = this.#index.epochs.open.flatMap((state) => this.#lost(state));
    const nextOrder = (this.#entries.at(-1)?.order ?? 0) + 1;
    return { segments: this.#segments, nextNumber, resumable: this.#resumable, nextOrder, lost };
  }

  /** The numbers of an epoch have no holes: what is missing was in damaged bytes or in a file that is gone. */
  #lost(state: EpochState): Entry[] {
    const known = new NumberRanges(state.freed);
    for (const ranges of state.dropped.values())
      for (const [first, last] of ranges) known.addRange(first, last);
    for (const { seq } of this.#index.facesOf(state)) known.add(seq);
    const { camera, epoch } = state;
    return known.missing(1, state.last).flatMap(([first, last]) => {
      const faces = first === last ? `face ${first}` : `faces ${first} to ${last}`;
      this.#onCorrupt(`the spool has lost ${faces} of camera ${camera}, epoch ${epoch}`);
      return Array.from({ length: last - first + 1 }, (_, at) =>
        newEntry(
          { camera, epoch, seq: first + at, visit: undefined, quality: 0, capturedAt: 0, order: 0 },
          state,
          0,
        ),
      );
    });
  }
}
