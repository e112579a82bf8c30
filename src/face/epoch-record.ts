import { type NumberRange, readRanges } from "../base/number-ranges.ts";
import { safeName } from "./name.ts";

/** Epoch records are published to this prefix, followed by the camera's name. */
export const epochPrefix = "facepipe/epochs/";

/** What an epoch was, published and stored when it has ended: with it a reader can tell a dropped face from a lost one. */
export interface EpochRecord {
  readonly v: 1;
  readonly camera: string;
  readonly epoch: string;
  /** The first and the last sequence number; an epoch without faces has 1 and 0. */
  readonly first: number;
  readonly last: number;
  /** Faces that a rule dropped, by reason. */
  readonly dropped: readonly DroppedFaces[];
  /** RFC 3339, UTC. */
  readonly endedAt: string;
}

export interface DroppedFaces {
  readonly reason: string;
  readonly ranges: readonly NumberRange[];
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const mostRanges = 100_000;

export function epochTopic(camera: string): string {
  return epochPrefix + camera;
}

/** The key of the record's object. */
export function epochKey({ camera, epoch }: Pick<EpochRecord, "camera" | "epoch">): string {
  return `epochs/${safeName(camera)}/${epoch}.json`;
}

export function encodeEpochRecord(record: EpochRecord): Buffer {
  return Buffer.from(`${JSON.stringify(record)}\n`);
}

/** The record in a payload; undefined when it is none. */
export function parseEpochRecord(payload: Buffer): EpochRecord | undefined {
  try {
    const { v, camera, epoch, first, last, dropped, endedAt } = JSON.parse(payload.toString("utf8"));
    const isNamed = typeof camera === "string" && typeof epoch === "string" && uuid.test(epoch);
    const isCounted = Number.isSafeInteger(first) && Number.isSafeInteger(last) && first >= 1 && last >= 0;
    if (v !== 1 || !isNamed || !isCounted || typeof endedAt !== "string" || !Array.isArray(dropped))
      return undefined;
    const droppedFaces = dropped.map(readDropped);
    if (droppedFaces.includes(undefined)) return undefined;
    return { v, camera, epoch, first, last, dropped: droppedFaces as DroppedFaces[], endedAt };
  } catch {
    return undefined;
  }
}

function readDropped(value: unknown): DroppedFaces | undefined {
  const { reason, ranges } = (value ?? {}) as Partial<DroppedFaces>;
  const read = readRanges(ranges, mostRanges);
  return typeof reason === "string" && read ? { reason: reason.slice(0, 100), ranges: read } : undefined;
}
