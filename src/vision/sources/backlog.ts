/** For so many frames the count is believed; then their interval may be off by a whole frame, and one is waited for. */
const trusted = 60;

/**
 * Tells how many frames have queued up in the driver or the network while we were busy.
 *
 * OpenCV does not say whether a frame is waiting. But frames are taken at a steady interval: since a read last had to wait
 * for its frame, the queue was empty then, we know by the time how many came and how many of them were read.
 */
export class Backlog {
  /** Time between two frames of the camera, ms. Measured, because cameras often report a wrong rate. */
  #interval: number;
  /** When no frame was waiting, ms on the steady clock. */
  #since: number;
  /** Frames read since then. */
  #reads = 0;

  constructor(interval: number, now: number) {
    this.#interval = interval;
    this.#since = now;
  }

  /** Time between two frames, ms. */
  get interval(): number {
    return this.#interval;
  }

  /** Frames that wait at `now` and are older than another that waits; Infinity when that is no longer known. */
  excess(now: number): number {
    if (now - this.#since > trusted * this.#interval) return Number.POSITIVE_INFINITY;
    return Math.max(0, this.#waiting(now) - 1);
  }

  /** A frame was read at `now`, for which the read had to wait `waited` ms. Returns whether it is surely the newest. */
  isNewest(waited: number, now: number): boolean {
    // Where a frame should have been at hand, a short wait is rather a busy machine's.
    const least = this.#waiting(now - waited) >= 1 ? 0.75 : 0.25;
    this.#reads++;
    if (waited < this.#interval * least) return false;
    // One interval says little, since frames do not come quite evenly; the average of many is exact.
    const weight = Math.min(0.5, this.#reads / 20);
    this.#interval += ((now - this.#since) / this.#reads - this.#interval) * weight;
    this.#since = now;
    this.#reads = 0;
    return true;
  }

  /** When the frame that was read last came from the camera, ms on the steady clock. */
  takenAt(now: number): number {
    return Math.min(now, this.#since + this.#reads * this.#interval);
  }

  #waiting(now: number): number {
    return Math.floor((now - this.#since) / this.#interval) - this.#reads;
  }
}
