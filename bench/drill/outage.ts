import type { DrillResult } from "../../test/drill/drill.ts";
import type { Fault } from "../../test/drill/faults.ts";
import type { ScheduledFault } from "../../test/drill/schedule.ts";
import { BenchmarkError } from "../support/benchmark-error.ts";
import type { MemoryUse } from "./memory.ts";

/** How long everything works before the outage, the base of memory, seconds. */
export const outageBase = 60;

/** How much the memory of a process may grow in an outage, however long, MB. */
const mostGrowth = 30;

/** The uplink is away once, for `seconds`. */
export function outageSchedule(possible: readonly Fault[], seconds: number): ScheduledFault[] {
  const fault =
    possible.find(({ name }) => name === "uplink-cut") ??
    possible.find(({ name }) => name === "uplink-refuse");
  if (!fault) throw new BenchmarkError("the uplink cannot fail here");
  return [{ fault, at: outageBase, seconds }];
}

export interface Drained {
  /** Faces captured before the end of the outage and stored after it. */
  readonly faces: number;
  /** Until they were stored, seconds. */
  readonly seconds: number;
  /** Faces stored per second in this time, new ones included. */
  readonly facesPerSecond: number;
}

export function drainedAfterOutage({ recoveries, faces }: DrillResult): Drained | undefined {
  const [{ end, backlog: seconds } = {}] = recoveries;
  if (end === undefined || seconds === undefined) return undefined;
  const after = faces.filter(({ storedAt }) => storedAt > end && storedAt <= end + seconds * 1000);
  const queued = after.filter(({ capturedAt }) => capturedAt <= end);
  return { faces: queued.length, seconds, facesPerSecond: after.length / seconds };
}

/** Processes that grew too much. */
export function growthFailures(uses: readonly MemoryUse[]): string[] {
  return uses
    .filter(({ growth }) => growth >= mostGrowth)
    .map(
      ({ name, growth }) =>
        `the memory of ${name} grew by ${growth.toFixed(1)} MB (target: below ${mostGrowth})`,
    );
}
