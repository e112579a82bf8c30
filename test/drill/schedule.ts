import type { Fault } from "./faults.ts";

/** One fault of a drill. */
export interface ScheduledFault {
  readonly fault: Fault;
  /** When it begins, seconds since the start of the drill. */
  readonly at: number;
  /** How long it lasts, seconds. */
  readonly seconds: number;
}

export interface ScheduleOptions {
  /** The end of the last fault is not after this, seconds. */
  readonly seconds: number;
  /** The mean number of faults per minute; without `overlap` the mean time from the end of one to the next is its inverse. */
  readonly rate: number;
  /** Several faults at a time, of different targets. */
  readonly overlap: boolean;
  /** No fault lasts longer, seconds; undefined: as long as its kind may. */
  readonly longest?: number | undefined;
}

/** Nothing fails before this, so that memory and rates have a base, seconds. */
const quiet = 5;

/**
 * Faults at random: the gaps have an exponential distribution, the durations a uniform one. Every kind happens once
 * before one happens again, as with a deck of cards. The same random numbers produce the same schedule.
 */
export function makeSchedule(
  faults: readonly Fault[],
  options: ScheduleOptions,
  random: () => number,
): ScheduledFault[] {
  const schedule: ScheduledFault[] = [];
  const busyUntil = new Map<string, number>();
  let deck: Fault[] = [];
  let at = quiet;
  while (faults.length > 0) {
    at += (-Math.log(1 - random()) * 60) / options.rate;
    if (at >= options.seconds) break;
    if (deck.length === 0) deck = shuffle(faults, random);
    const free = deck.findIndex(({ target }) => (busyUntil.get(target) ?? 0) < at);
    const [fault] = free < 0 ? [] : deck.splice(free, 1);
    if (!fault) continue;
    const [least, most] = bounded(fault.seconds, options.longest);
    const seconds = least + (most - least) * random();
    const end = at + seconds;
    if (end > options.seconds) break;
    schedule.push({ fault, at, seconds });
    busyUntil.set(fault.target, end + restartSeconds);
    if (!options.overlap) at = end;
  }
  return schedule;
}

/** A kind that lasts longer than `longest` even at its shortest lasts exactly as long. */
function bounded([least, most]: Fault["seconds"], longest = most): Fault["seconds"] {
  return [Math.min(least, longest), Math.min(most, longest)];
}

/** Time for a target to be itself again before its next fault, seconds. */
const restartSeconds = 1;

function shuffle<T>(values: readonly T[], random: () => number): T[] {
  return values
    .map((value) => ({ value, order: random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ value }) => value);
}
