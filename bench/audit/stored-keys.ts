import { NumberRanges } from "../../src/base/number-ranges.ts";
import { type EpochRecord, encodeEpochRecord, epochKey } from "../../src/face/epoch-record.ts";
import type { FaceFacts } from "../../src/face/face.ts";
import { faceId, newEpoch } from "../../src/face/face-id.ts";
import { parseKeyTemplate } from "../../src/face/object-key.ts";
import { defaultKey } from "../../src/roles/store/options.ts";

const cameras = 4;
const start = Date.parse("2026-11-21T00:00:00Z");
/** The keys of a store with `count` faces: one epoch for each camera, one face a second, and some faces missing. */
export class StoredKeys {
  readonly #epochs = Array.from({ length: cameras }, newEpoch);
  readonly #count: number;
  readonly #missingEach: number;
  readonly #keyOf = parseKeyTemplate(defaultKey);

  /** Of `missingEach` faces the last is missing: a prime number, so that it hits all cameras. */
  constructor(count: number, missingEach = 99_991) {
    this.#count = count;
    this.#missingEach = missingEach;
  }

  *faces(): Generator<string> {
    for (let n = 0; n < this.#count; n++) if (!this.#isMissing(n)) yield this.#face(n);
  }

  /** The key of one of the faces. */
  get first(): string {
    return this.#face(0);
  }

  /** The records of the epochs, by key. */
  get records(): Map<string, Buffer> {
    const records = this.#epochs.map((epoch, nth): EpochRecord => {
      const last = Math.ceil((this.#count - nth) / cameras);
      const endedAt = new Date(start + last * 1000).toISOString();
      return { v: 1, camera: `cam${nth}`, epoch, first: 1, last, dropped: [], endedAt };
    });
    return new Map(records.map((record) => [epochKey(record), encodeEpochRecord(record)]));
  }

  /** What `facepipe audit --json` has to say of each camera: the faces that are stored and the missing ones. */
  get expected(): Record<string, { readonly stored: number; readonly missing: unknown }> {
    const missing = Array.from({ length: cameras }, () => new NumberRanges());
    for (let n = 0; n < this.#count; n++)
      if (this.#isMissing(n)) missing[n % cameras]?.add(Math.floor(n / cameras) + 1);
    return Object.fromEntries(
      missing.map((ranges, nth) => {
        const stored = Math.ceil((this.#count - nth) / cameras) - ranges.size;
        return [`cam${nth}`, { stored, missing: ranges.toJSON() }];
      }),
    );
  }

  #isMissing(n: number): boolean {
    return n % this.#missingEach === this.#missingEach - 1;
  }

  #face(n: number): string {
    const seq = Math.floor(n / cameras) + 1;
    const time = start + seq * 1000;
    const id = faceId(time, this.#epochs[n % cameras] as string, seq);
    const facts = { id, camera: `cam${n % cameras}`, capturedAt: new Date(time).toISOString() };
    return this.#keyOf(facts as FaceFacts, "png");
  }
}
