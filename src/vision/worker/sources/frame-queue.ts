/** The estimate is valid for this long, ms: errors of the interval add up, and so do the delays of a busy machine. */
const validity = 3000;

/**
 * Estimates how many frames have queued up in the driver or the network while we were busy.
 *
 * OpenCV does not say whether a frame is waiting. But frames come at a steady interval: the time since the queue was last
 * empty says how many came, and we know how many of them were read.
 */
export class FrameQueue {
  /** Time between two frames of the camera, ms; 0: unknown. Measured, since cameras often report a wrong rate. */
  #interval = 0;
  #measurements = 0;
  /** When the queue was last empty, ms on the monotonic clock. */
  #emptyAt: number;
  /** Frames read since then. */
  #reads = 0;

  constructor(now: number) {
    this.#emptyAt = now;
  }

  /** Time between two frames, ms. */
  get interval(): number {
    return this.#interval;
  }

  /** Queued frames at `now` that are older than another queued one; Infinity when unknown. */
  excess(now: number): number {
    if (this.#interval === 0 || now - this.#emptyAt > validity) return Number.POSITIVE_INFINITY;
    return Math.max(0, this.#queued(now) - 1);
  }

  /** A frame was read at `now`, and the read had to wait `waited` ms for it. */
  onRead(waited: number, now: number): void {
    // Only if the queue should have been empty: otherwise the wait is more likely a busy machine's than the camera's.
    const expected = this.#queued(now - waited) < 1;
    this.#reads++;
    if (expected && waited > this.#interval / 4) this.onEmpty(now);
  }

  /** The queue is empty at `now`: the reads since it was last empty measure the interval. */
  onEmpty(now: number): void {
    if (this.#reads === 0) return;
    const measured = (now - this.#emptyAt) / this.#reads;
    // Frames come with jitter: one interval is inexact, the average of many is exact.
    this.#measurements++;
    const weight = Math.min(1, Math.max(0.05, 1 / this.#measurements, this.#reads / 20));
    this.#interval += (measured - this.#interval) * weight;
    this.#emptyAt = now;
    this.#reads = 0;
  }

  /** When the frame that was read last arrived from the camera, ms on the monotonic clock. */
  arrivedAt(now: number): number {
    return Math.min(now, this.#emptyAt + this.#reads * this.#interval);
  }

  #queued(now: number): number {
    return Math.floor((now - this.#emptyAt) / this.#interval) - this.#reads;
  }
}
