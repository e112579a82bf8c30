import { median } from "../../bench/support/statistics.ts";
import type { StoredFace } from "./stored-faces.ts";

/** A fault as it was: times in milliseconds since 1970. */
export interface FaultRecord {
  readonly name: string;
  readonly begin: number;
  readonly end: number;
}

/**
 * How long the pipeline needed after a fault had ended, seconds. Undefined when another fault was active before it
 * had recovered, whose cost would be in the figure, or when no such face was stored.
 */
export interface Recovery extends FaultRecord {
  /** Until the first face was stored that was captured after the end. */
  readonly first: number | undefined;
  /** Until all faces were stored that were captured before the end. */
  readonly backlog: number | undefined;
}

export function recoveries(faults: readonly FaultRecord[], faces: readonly StoredFace[]): Recovery[] {
  return faults.map((fault) => {
    let [first, last] = [Number.POSITIVE_INFINITY, fault.end];
    for (const { capturedAt, storedAt } of faces) {
      if (capturedAt > fault.end) first = Math.min(first, storedAt);
      else last = Math.max(last, storedAt);
    }
    const others = faults.filter((other) => other !== fault && other.end > fault.end);
    const nextBegin = Math.min(...others.map(({ begin }) => begin));
    const seconds = (time: number) =>
      Number.isFinite(time) && time < nextBegin ? (time - fault.end) / 1000 : undefined;
    return { ...fault, first: seconds(first), backlog: seconds(last) };
  });
}

/**
 * The median of all recoveries, seconds. One that could not be measured counts as longer than all others: the slow ones
 * are those that the next fault hides. Undefined when the median is one of these, or there are none.
 */
export function medianRecovery(all: readonly (number | undefined)[]): number | undefined {
  const middle = median(all.map((seconds) => seconds ?? Number.POSITIVE_INFINITY));
  return Number.isFinite(middle) ? middle : undefined;
}

/** The medians over all faults of whatever kind, see `medianRecovery`. */
export function medianRecoveries(all: readonly Recovery[]): Pick<Recovery, "first" | "backlog"> {
  return {
    first: medianRecovery(all.map(({ first }) => first)),
    backlog: medianRecovery(all.map(({ backlog }) => backlog)),
  };
}
