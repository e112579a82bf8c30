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
