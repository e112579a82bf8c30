import type { Emit } from "../../types.ts";
import type { TrackChanges } from "./tracker.ts";

/** A shot replaces the pending one when it is better by this factor: less is not worth the work of cropping it. */
const minImprovement = 1.05;

interface Visit {
  /** When the visit, or its current period, began, seconds. */
  since: number;
  /** Quality of the pending shot; below the minimum, it stands for a face that is counted and not sent. */
  pending: number | undefined;
  confirmed: boolean;
  /** No more shots are wanted. */
  done: boolean;
}

/** Chooses the shots: all, the best of each visit, or the best of each visit in each period. */
export class ShotSelector {
  readonly #emit: Emit;
  readonly #maxVisit: number;
  readonly #minQuality: number;
  readonly #visits = new Map<number, Visit>();

  /**
   * `maxVisit`: with `best`, a visit's best shot is sent after this many seconds, even if the visit goes on. `minQuality`:
   * shots below it are not sent.
   */
  constructor(emit: Emit, maxVisit: number, minQuality = 0) {
    this.#emit = emit;
    this.#maxVisit = maxVisit;
    this.#minQuality = minQuality;
  }

  isLow(quality: number): boolean {
    return quality < this.#minQuality;
  }

  /** Whether a shot of this quality would become the pending shot of its visit. */
  accepts(number: number, quality: number): boolean {
    const { done = false, pending } = this.#visits.get(number) ?? {};
    if (done) return false;
    if (pending === undefined) return true;
    // One low shot is enough to count the visit.
    if (this.isLow(pending)) return !this.isLow(quality);
    return quality >= pending * minImprovement;
  }

  /** The same, and it does. */
  offer(number: number, quality: number, seconds: number): boolean {
    const known = this.#visits.get(number);
    const visit = known ?? { since: seconds, pending: undefined, confirmed: false, done: false };
    this.#visits.set(number, visit);
    if (!this.accepts(number, quality)) return false;
    visit.pending = quality;
    return true;
  }

  /** The visits whose pending shot is to be sent now, after the shots of the frame at `seconds` and its changes. */
  due(seconds: number, { confirmed, ended, deleted }: Omit<TrackChanges, "visits">): number[] {
    for (const number of confirmed) {
      const visit = this.#visits.get(number);
      if (visit) visit.confirmed = true;
    }
    const due: number[] = [];
    for (const [number, visit] of this.#visits) {
      if (visit.pending === undefined) continue;
      if (!ended.includes(number) && !this.#isDue(visit, visit.pending, seconds)) continue;
      due.push(number);
      this.#onSent(visit, seconds);
    }
    for (const number of [...ended, ...deleted]) this.#visits.delete(number);
    return due;
  }

  #isDue({ since, confirmed }: Visit, quality: number, seconds: number): boolean {
    if (this.#emit.kind === "all") return true;
    if (this.#emit.kind === "every") return confirmed && seconds - since >= this.#emit.seconds;
    // A long visit without a shot that may be sent waits for one.
    return confirmed && seconds - since >= this.#maxVisit && !this.isLow(quality);
  }

  #onSent(visit: Visit, seconds: number): void {
    visit.pending = undefined;
    visit.done = this.#emit.kind === "best";
    // Periods are counted from the visit's beginning.
    if (this.#emit.kind === "every")
      visit.since += Math.floor((seconds - visit.since) / this.#emit.seconds) * this.#emit.seconds;
  }
}
