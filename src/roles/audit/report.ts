import { type NumberRange, NumberRanges } from "../../base/number-ranges.ts";
import { type EpochTally, without } from "./tally.ts";

/** What an audit found, as `--json` prints it. Ranges have both ends included. */
export interface AuditReport {
  /** Nothing is missing or doubled. */
  readonly complete: boolean;
  /** Faces that were detected and are not stored, dropped by a rule or erased. */
  readonly missing: number;
  /** Objects beyond the first of a face. */
  readonly doubled: number;
  /** Payloads below `rejected/`. */
  readonly rejected: number;
  /** Objects that are no face with an id of ours. */
  readonly foreign: number;
  readonly epochs: readonly EpochReport[];
}

export interface EpochReport {
  /** "?" when neither a key nor a record says it. */
  readonly camera: string;
  /** The full UUID, or its tag when neither a key nor a record says it. */
  readonly epoch: string;
  /** The first and the last sequence number that are known; 1 and 0 when there is none. */
  readonly first: number;
  readonly last: number;
  /** How many different faces are stored. */
  readonly stored: number;
  readonly missing: readonly NumberRange[];
  /** By reason; without those that are stored all the same. */
  readonly dropped: readonly { readonly reason: string; readonly ranges: readonly NumberRange[] }[];
  /** Without those that are stored all the same. */
  readonly erased: readonly NumberRange[];
  readonly doubled: number;
  /** There is a record of its end: faces after `last` do not exist. Else they are unknown. */
  readonly ended: boolean;
}

export function auditReport(
  tallies: readonly EpochTally[],
  counts: { readonly rejected: number; readonly foreign: number },
): AuditReport {
  const epochs = tallies.map(epochReport).sort(byCameraAndEpoch);
  const missing = sum(epochs.map((epoch) => countOf(epoch.missing)));
  const doubled = sum(epochs.map((epoch) => epoch.doubled));
  const { rejected, foreign } = counts;
  return { complete: missing === 0 && doubled === 0, missing, doubled, rejected, foreign, epochs };
}

function epochReport({ camera, tag, epoch, stored, erased, record }: EpochTally): EpochReport {
  const { ranges, doubled } = stored;
  const droppedRanges = (record?.dropped ?? []).flatMap((each) => each.ranges);
  const dropped = new NumberRanges(droppedRanges);
  const last = Math.max(record?.last ?? 0, ...[ranges, erased, dropped].map((each) => each.last ?? 0));
  return {
    camera: record?.camera ?? (camera || "?"),
    epoch: epoch ?? tag,
    // An epoch starts at 1, so that a gap at its beginning is a gap.
    first: 1,
    last,
    stored: ranges.size,
    missing: last === 0 ? [] : without(ranges.missing(1, last), dropped, erased),
    dropped: (record?.dropped ?? [])
      .map(({ reason, ranges: given }) => ({ reason, ranges: without(new NumberRanges(given), ranges) }))
      .filter((each) => each.ranges.length > 0),
    erased: without(erased, ranges),
    doubled,
    ended: record !== undefined,
  };
}

function byCameraAndEpoch(a: EpochReport, b: EpochReport): number {
  return compare(a.camera, b.camera) || compare(a.epoch, b.epoch);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** How many numbers the ranges have. */
export function countOf(ranges: Iterable<NumberRange>): number {
  return sum(Array.from(ranges, ([first, last]) => last - first + 1));
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
