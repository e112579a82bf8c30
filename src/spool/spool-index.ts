import { type Entry, EntryList } from "./entry.ts";
import { type EpochState, EpochTable } from "./epoch-state.ts";
import type { SpooledFace } from "./types.ts";

/** The entries: by age, and by epoch and sequence number. */
export class SpoolIndex {
  readonly epochs = new EpochTable();
  /** The live entries, oldest first. */
  readonly entries = new EntryList();
  readonly #bySeq = new Map<EpochState, Map<number, Entry>>();

  find(epoch: string, seq: number): Entry | undefined {
    const state = this.epochs.find(epoch);
    return state && this.#bySeq.get(state)?.get(seq);
  }

  /** The entry of a face that `find` or `entries` returned; undefined when it is not live any more. */
  entryOf(face: SpooledFace): Entry | undefined {
    const entry = this.find(face.epoch, face.seq);
    return entry === face ? entry : undefined;
  }

  /** The faces of an epoch. */
  facesOf(state: EpochState): Entry[] {
    return [...(this.#bySeq.get(state)?.values() ?? [])];
  }

  /** Makes a face known to `find`. */
  register(entry: Entry): void {
    const ofEpoch = this.#bySeq.get(entry.state) ?? new Map<number, Entry>();
    this.#bySeq.set(entry.state, ofEpoch);
    ofEpoch.set(entry.seq, entry);
    entry.state.faces = ofEpoch.size;
  }

  unregister({ state, seq }: Entry): void {
    const ofEpoch = this.#bySeq.get(state);
    ofEpoch?.delete(seq);
    state.faces = ofEpoch?.size ?? 0;
    if (state.faces === 0) this.#bySeq.delete(state);
  }

  /** Adds a face that is younger than the others. */
  add(entry: Entry): void {
    this.register(entry);
    entry.state.last = Math.max(entry.state.last, entry.seq);
    this.entries.push(entry);
  }

  remove(entry: Entry): void {
    this.unregister(entry);
    this.entries.remove(entry);
  }
}
