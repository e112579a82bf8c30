import { describe, UserError } from "../../base/errors.ts";
import { NumberRanges } from "../../base/number-ranges.ts";
import { parseErasureRecord } from "../../face/erasure-record.ts";
import type { KeyReader, StoredFaceKey } from "../../face/stored-key.ts";
import type { ObjectStore } from "../../sinks/object-store.ts";
import { candidateOf } from "../erase/select-objects.ts";
import { matches, type Selection } from "../erase/selection.ts";
import type { RoleContext } from "../role.ts";
import { readListing } from "../stored-objects.ts";
import { LineSorter } from "./line-sorter.ts";

/** A record has at most 50,000 ranges of two numbers. */
const mostRecordBytes = 32 * 1024 * 1024;

/** What the listing says: how many faces there are to read, and what is passed over. */
export interface PlanCounts {
  faces: number;
  foreign: number;
  rejected: number;
  erased: number;
}

/** What is exported, decided from keys alone. */
export class ExportPlan {
  readonly counts: PlanCounts = { faces: 0, foreign: 0, rejected: 0, erased: 0 };
  readonly #store: ObjectStore;
  readonly #keyReader: KeyReader;
  readonly #selection: Selection;
  readonly #erased = new Map<string, NumberRanges>();

  constructor(store: ObjectStore, keyReader: KeyReader, selection: Selection) {
    this.#store = store;
    this.#keyReader = keyReader;
    this.#selection = selection;
  }

  /**
   * The keys of the faces that match, in the order of their ids, which is that of time; in an epoch in the order of their
   * numbers. `folder` is for what does not fit into memory.
   */
  async *lines(folder: string, context: RoleContext): AsyncGenerator<string> {
    const sorter = new LineSorter(folder);
    await readListing(this.#store, false, context, async (page) => {
      for (const listed of page) {
        const read = this.#keyReader(listed.key);
        if (read.kind === "foreign" || read.kind === "other") this.counts.foreign++;
        else if (read.kind === "rejected") this.counts.rejected++;
        else if (read.kind === "erasure") await this.#addErased(listed.key, context.stop);
        else if (read.kind === "face" && matches(this.#selection, candidateOf(read, listed)) !== false)
          await sorter.add(JSON.stringify([sortKey(read), listed.key]));
      }
    });
    for await (const line of sorter.sorted()) {
      const key = keyOf(line);
      const face = this.#keyReader(key);
      // A record may come after its faces in the listing, and an erasure that was interrupted has left some.
      const isErased = face.kind === "face" && this.#erased.get(face.tag)?.has(face.seq) === true;
      if (isErased) this.counts.erased++;
      else {
        this.counts.faces++;
        yield `${line}\n`;
      }
    }
  }

  async #addErased(key: string, stop: AbortSignal): Promise<void> {
    const body = await this.#store.read(key, mostRecordBytes, stop).catch(describe);
    const record = typeof body === "object" ? parseErasureRecord(body) : undefined;
    stop.throwIfAborted();
    if (record === undefined) {
      const reason = typeof body === "string" ? body : "it is not in the format of such a record";
      const message = `the record ${key} cannot be read: ${reason}. Faces that were erased might be exported`;
      throw new UserError("OBJECT_UNREADABLE", message, "Repair or remove this record");
    }
    for (const { tag, ranges } of record.faces) {
      const known = this.#erased.get(tag) ?? new NumberRanges();
      for (const [first, last] of ranges) known.addRange(first, last);
      this.#erased.set(tag, known);
    }
  }
}

/** The key in a line of the plan. */
export function keyOf(line: string): string {
  return JSON.parse(line)[1];
}

/** Ids begin with the time; keys without one come after them. */
function sortKey({ id, tag, seq }: StoredFaceKey): string {
  return id?.toLowerCase() ?? `~${tag}${String(seq).padStart(16, "0")}`;
}
