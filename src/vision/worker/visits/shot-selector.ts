import type { Emit } from "../../types.ts";
import type { TrackChanges } from "./tracker.ts";

/** A shot replaces one that is kept when it is better by this factor: less is not worth the work of cutting it out. */
const worthIt = 1.05;

interface Visit {
  /** When the visit, or its present period, began, seconds. */
  since: number;
  /** Quality of the shot that is kept; undefined when none is. */
  kept: number | undefined;
  /** It is certain that there is a face. */
  confirmed: boolean;
  /** No more shots are wanted of it. */
  done: boolean;
}

/** Chooses which faces are worth a picture: all, the best of each visit, or the best of each visit in each period. */
export class ShotSelector {
  readonly #emit: Emit;
  readonly #maxVisit: number;
  readonly #visits = new Map<number, Visit>();

  /** `maxVisit`: the best of a visit is sent after so many seconds, though the visit goes on. */
  constructor(emit: Emit, maxVisit: number) {
    this.#emit = emit;
    this.#maxVisit = maxVisit;
  }

  /** Whether the one picture that is wanted of this visit was sent. */
  hasSent(visit: number): boolean {
    return this.#visits.get(visit)?.done === true;
  }

  /** Whether this face is to be kept, in the place of the one that was kept of its visit. */
  keeps(visit: number, quality: number, seconds: number): boolean {
    const known = this.#visits.get(visit) ?? {
      since: seconds,
      kept: undefined,
      confirmed: false,
      done: false,
    };
    this.#visits.set(visit, known);
    if (known.done) return false;
    if (known.kept !== undefined && quality < known.kept * worthIt) return false;
    known.kept = quality;
    return true;
  }

  /** The visits whose kept face is to be sent now, after the faces of a look at `seconds` that changed so much. */
  due(seconds: number, { confirmed, ended, deleted }: Omit<TrackChanges, "visits">): number[] {
    for (const number of confirmed) {
      const visit = this.#visits.get(number);
      if (visit) visit.confirmed = true;
    }
    const due: number[] = [];
    for (const [number, visit] of this.#visits) {
      if (visit.kept === undefined) continue;
      if (!ended.includes(number) && !this.#isTime(visit, seconds)) continue;
      due.push(number);
      this.#sent(visit, seconds);
    }
    for (const number of [...ended, ...deleted]) this.#visits.delete(number);
    return due;
  }

  #isTime({ since, confirmed }: Visit, seconds: number): boolean {
    if (this.#emit.kind === "all") return true;
    return confirmed && seconds - since >= (this.#emit.kind === "best" ? this.#maxVisit : this.#emit.seconds);
  }

  #sent(visit: Visit, seconds: number): void {
    visit.kept = undefined;
    visit.done = this.#emit.kind === "best";
    // A period lasts from one to the next, counted from the visit's beginning.
    if (this.#emit.kind === "every")
      visit.since += Math.floor((seconds - visit.since) / this.#emit.seconds) * this.#emit.seconds;
  }
}
