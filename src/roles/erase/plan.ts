import type { NumberRange, NumberRanges } from "../../base/number-ranges.ts";
import { type ErasedFaces, mostErasedRanges } from "../../face/erasure-record.ts";
import { visible } from "../../face/format.ts";
import type { StoredFaceKey } from "../../face/stored-key.ts";
import { Tally } from "../audit/tally.ts";
import { counted } from "../stored-objects.ts";
import type { SelectedObject } from "./select-objects.ts";

const mostExamples = 5;

/** What would be erased: counts and ranges, not the keys, so that memory does not grow with their number. */
export class ErasePlan {
  readonly #tally = new Tally();
  readonly #cameras = new Set<string>();
  readonly #examples: string[] = [];
  #objects = 0;
  #bytes = 0;
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;
  #ranges: ReadonlyMap<string, readonly NumberRanges[]> | undefined;

  get objects(): number {
    return this.#objects;
  }

  add({ key, size, camera, time, face }: SelectedObject): void {
    this.#objects++;
    this.#bytes += size;
    this.#first = Math.min(this.#first, time);
    this.#last = Math.max(this.#last, time);
    // As one string of its own: a part of a string keeps the whole in memory, here a page of a listing.
    if (camera !== undefined) this.#cameras.add(Buffer.from(camera).toString());
    if (this.#examples.length < mostExamples) this.#examples.push(Buffer.from(key).toString());
    if (face) this.#tally.addFace(face);
  }

  /** Whether this face was added: a later one has no record of its erasure. */
  has({ tag, seq }: StoredFaceKey): boolean {
    this.#ranges ??= this.#rangesByTag();
    return this.#ranges.get(tag)?.some((ranges) => ranges.has(seq)) === true;
  }

  /** What records of the erasure have to say, in parts for one record each. */
  records(): ErasedFaces[][] {
    const records: ErasedFaces[][] = [];
    let room = 0;
    for (const { camera, tag, stored } of this.#tally.epochs()) {
      for (const ranges of partsOf([...stored.ranges], mostErasedRanges)) {
        if (ranges.length > room) {
          records.push([]);
          room = mostErasedRanges;
        }
        records.at(-1)?.push({ camera, tag, ranges });
        room -= ranges.length;
      }
    }
    return records;
  }

  /** What a person is shown before it happens. */
  toText(): string[] {
    const cameras = [...this.#cameras].sort().map(visible);
    const more = this.#objects - this.#examples.length;
    return [
      `${counted(this.#objects, "object")}, ${bytesToText(this.#bytes)}, ${timeToText(this.#first)} to ${timeToText(this.#last)}`,
      ...(cameras.length === 0 ? [] : [`cameras: ${cameras.slice(0, 20).join(", ")}`]),
      ...this.#examples.map((key) => `  ${visible(key)}`),
      ...(more > 0 ? [`  and ${counted(more, "more object")}`] : []),
    ];
  }

  #rangesByTag(): ReadonlyMap<string, readonly NumberRanges[]> {
    const byTag = new Map<string, NumberRanges[]>();
    for (const { tag, stored } of this.#tally.epochs()) {
      const all = byTag.get(tag) ?? [];
      byTag.set(tag, [...all, stored.ranges]);
    }
    return byTag;
  }
}

function partsOf(ranges: readonly NumberRange[], most: number): NumberRange[][] {
  return Array.from({ length: Math.ceil(ranges.length / most) }, (_, part) =>
    ranges.slice(part * most, (part + 1) * most),
  );
}

function timeToText(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+/, "");
}

/** `8.0 kB`, `1.2 MB` */
function bytesToText(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  const power = Math.min(4, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** power).toFixed(1)} ${["", "kB", "MB", "GB", "TB"][power]}`;
}
