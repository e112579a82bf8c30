/** For so long the count of frames is believed, ms: a wrong interval adds up, and so does a busy machine's delay. */
const trusted = 3000;

/**
 * Counts the frames that have queued up in the driver or the network while we were busy.
 *
 * OpenCV does not say whether a frame is waiting. But frames come at a steady interval: since the queue was last empty, we
 * know by the time how many came, and how many of them were read.
 */
export class FrameQueue {
  /** Time between two frames of the camera, ms; 0 as long as nobody knows. Cameras often report a wrong rate. */
  #interval = 0;
  /** How often it was measured. */
  #measured = 0;
  /** When no frame was waiting, ms on the steady clock. */
  #since: number;
  /** Frames read since then. */
  #reads = 0;

  constructor(now: number) {
    this.#since = now;
  }

  /** Time between two frames, ms. */
  get interval(): number {
    return this.#interval;
  }

  /** Frames that wait at `now` and are older than another that waits; Infinity when nobody knows. */
  excess(now: number): number {
    if (this.#interval === 0 || now - this.#since > trusted) return Number.POSITIVE_INFINITY;
    return Math.max(0, this.#waiting(now) - 1);
  }

  /** A frame was read at `now`, for which the read had to wait `waited` ms. */
  count(waited: number, now: number): void {
    // Only where none should have been at hand: otherwise a wait is rather a busy machine's than the camera's.
    const expected = this.#waiting(now - waited) < 1;
    this.#reads++;
    if (expected && waited > this.#interval / 4) this.settle(now);
  }

  /** Nothing is waiting at `now`; what was read since this was last so tells the interval. */
  settle(now: number): void {
    if (this.#reads === 0) return;
    const measured = (now - this.#since) / this.#reads;
    // Frames do not come quite evenly: one interval says little, many on the average are exact.
    this.#measured++;
    const weight = Math.min(1, Math.max(0.05, 1 / this.#measured, this.#reads / 20));
    this.#interval += (measured - this.#interval) * weight;
    this.#since = now;
    this.#reads = 0;
  }

  /** When the frame that was read last came from the camera, ms on the steady clock. */
  takenAt(now: number): number {
    return Math.min(now, this.#since + this.#reads * this.#interval);
  }

  #waiting(now: number): number {
    return Math.floor((now - this.#since) / this.#interval) - this.#reads;
  }
}
