import { type NumberRange, readRanges } from "../base/number-ranges.ts";

/**
 * Which faces were erased on purpose, so that an audit does not call them lost. It has no picture and no fact of a face
 * but its number. It is written before the faces are removed; a face that is stored all the same counts as stored.
 */
export interface ErasureRecord {
  readonly v: 1;
  /** RFC 3339, UTC. */
  readonly erasedAt: string;
  /** Absent: a person erased them. */
  readonly reason?: "retention" | undefined;
  readonly faces: readonly ErasedFaces[];
}

export interface ErasedFaces {
  /** As in the object key; "" when the key does not say it. */
  readonly camera: string;
  /** The epoch's tag, see face-id.ts. */
  readonly tag: string;
  readonly ranges: readonly NumberRange[];
}

/** Most ranges that one record has; erase writes several records when there are more. */
export const mostErasedRanges = 50_000;

/** The key of a record's object; `suffix` makes it unique. */
export function erasureKey({ erasedAt }: Pick<ErasureRecord, "erasedAt">, suffix: string): string {
  return `erased/${erasedAt.replaceAll(":", "")}-${suffix}.json`;
}

export function encodeErasureRecord(record: ErasureRecord): Buffer {
  return Buffer.from(`${JSON.stringify(record)}\n`);
}

/** The record in an object; undefined when it is none. */
export function parseErasureRecord(body: Buffer): ErasureRecord | undefined {
  try {
    const { v, erasedAt, faces } = JSON.parse(body.toString("utf8"));
    if (v !== 1 || typeof erasedAt !== "string" || !Array.isArray(faces)) return undefined;
    const read = faces.map(readErased);
    return read.includes(undefined) ? undefined : { v, erasedAt, faces: read as ErasedFaces[] };
  } catch {
    return undefined;
  }
}

function readErased(value: unknown): ErasedFaces | undefined {
  const { camera, tag, ranges } = (value ?? {}) as Partial<ErasedFaces>;
  const read = readRanges(ranges, mostErasedRanges);
  const isNamed = typeof camera === "string" && typeof tag === "string" && /^[0-3][0-9a-f]{10}$/.test(tag);
  return isNamed && read ? { camera, tag, ranges: read } : undefined;
}
