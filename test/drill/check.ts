import { type NumberRange, NumberRanges } from "../../src/base/number-ranges.ts";
import { type EpochRecord, parseEpochRecord } from "../../src/face/epoch-record.ts";
import { epochTag } from "../../src/face/face-id.ts";
import { faceOfKey } from "./stored-faces.ts";
import type { Target } from "./target.ts";

/** What one run of detect counted: the faces that must be stored. */
export interface Counted {
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** At least this many. */
  readonly faces: number;
}

/** Faces that are neither stored nor dropped by a rule. */
export interface LostFaces {
  /** The epoch's tag, or what is known of an epoch of which nothing is stored. */
  readonly epoch: string;
  readonly range: NumberRange;
  /** About when they were captured, milliseconds since 1970. */
  readonly capturedAt: number;
}

export interface StoreCheck {
  /** Faces that were counted, as far as known: by detect, or by their sequence numbers. */
  readonly counted: number;
  readonly stored: number;
  readonly lost: readonly LostFaces[];
  /** Faces that are stored under more than one key. */
  readonly doubled: number;
  /** Faces that a rule dropped, by reason, from the records of the epochs. */
  readonly dropped: Readonly<Record<string, number>>;
}

interface Epoch {
  readonly tag: string;
  readonly stored: NumberRanges;
  /** When each face that is stored was captured. */
  readonly times: Map<number, number>;
  readonly records: EpochRecord[];
}

/**
 * Compares a store with what detect counted. It reads keys and epoch records itself, so that it also checks what
 * `facepipe audit` says.
 */
export async function checkStore(
  target: Pick<Target, "keys" | "read">,
  counted: readonly Counted[],
): Promise<StoreCheck> {
  const epochs = new Map<string, Epoch>();
  const epochOf = (tag: string) => {
    const none: Epoch = { tag, stored: new NumberRanges(), times: new Map(), records: [] };
    const epoch = epochs.get(tag) ?? none;
    epochs.set(tag, epoch);
    return epoch;
  };
  let doubled = 0;
  for (const key of await target.keys()) {
    if (key.startsWith("epochs/") && key.endsWith(".json")) {
      const record = parseEpochRecord(Buffer.from(await target.read(key)));
      if (record) epochOf(epochTag(record.epoch)).records.push(record);
      continue;
    }
    const face = faceOfKey(key);
    if (!face) continue;
    const { stored, times } = epochOf(face.tag);
    if (!stored.add(face.seq)) doubled++;
    times.set(face.seq, face.capturedAt);
  }
  const runs = counted.map((run) => ({ ...run, epochs: [] as Epoch[] }));
  for (const epoch of epochs.values()) {
    const begun = beginning(epoch);
    runs.findLast(({ startedAt }) => startedAt <= begun)?.epochs.push(epoch);
  }
  const results = runs.flatMap((run) => {
    if (run.epochs.length === 0) return run.faces === 0 ? [] : [wholeRunLost(run)];
    return run.epochs.map((epoch) => checkEpoch(epoch, run.faces));
  });
  const dropped: Record<string, number> = {};
  const records = [...epochs.values()].flatMap((epoch) => epoch.records);
  for (const { reason, ranges } of records.flatMap((record) => record.dropped))
    dropped[reason] = (dropped[reason] ?? 0) + new NumberRanges(ranges).size;
  return {
    counted: results.reduce((sum, { last }) => sum + last, 0),
    stored: [...epochs.values()].reduce((sum, { stored }) => sum + stored.size, 0),
    lost: results.flatMap(({ lost }) => lost),
    doubled,
    dropped,
  };
}

/** When an epoch began, or a little later. */
function beginning({ times, records }: Epoch): number {
  const [record] = records;
  // A UUIDv7 begins with 48 bits of milliseconds.
  if (record) return Number.parseInt(record.epoch.replaceAll("-", "").slice(0, 12), 16);
  return Math.min(...times.values());
}

function checkEpoch({ tag, stored, times, records }: Epoch, counted: number) {
  const accounted = new NumberRanges(stored);
  for (const { dropped } of records)
    for (const { ranges } of dropped) for (const [first, last] of ranges) accounted.addRange(first, last);
  const last = Math.max(accounted.last ?? 0, counted, ...records.map((record) => record.last));
  const lost = accounted.missing(1, last).map((range): LostFaces => {
    const near = times.get(range[0] - 1) ?? times.get(range[1] + 1) ?? Math.max(...times.values());
    return { epoch: tag, range, capturedAt: near };
  });
  return { last, lost };
}

function wholeRunLost({ startedAt, faces }: Counted) {
  const epoch = `of the detect that started at ${new Date(startedAt).toISOString()}`;
  const lost: LostFaces[] = [{ epoch, range: [1, faces], capturedAt: startedAt }];
  return { last: faces, lost };
}

export function sizeOf({ range: [first, last] }: LostFaces): number {
  return last - first + 1;
}
