/** So far behind the camera we may be before frames are dropped, ms: detection may take just longer than a frame. */
const tolerated = 250;
/** The interval is taken this much too short, so that a wrong estimate shows within seconds and is measured anew. */
const caution = 0.98;

/**
 * Tells whether frames have queued up in the driver or the network while we were busy.
 *
 * OpenCV does not say whether a frame was waiting, and how long a read takes says little on a busy machine. But frames
 * arrive at a steady interval: by the time that has passed we know how many came, and so how many wait. The interval is
 * measured, because cameras often report a wrong rate.
 */
export class Backlog {
  /** Time between two frames of the camera, ms. */
  #interval: number;
  /** When no frame was waiting, ms on the steady clock. */
  #since: number;
  /** Frames read since then. */
  #reads = 0;

  constructor(interval: number, now: number) {
    this.#interval = interval;
    this.#since = now;
  }

  /** A frame was read at `now`. Returns whether it is so old that it should be dropped, with those behind it. */
  isOld(now: number): boolean {
    this.#reads++;
    const read = this.#reads * this.#interval * caution;
    const passed = now - this.#since;
    // More frames than were due: none is waiting, and the camera is faster than we thought.
    if (read > passed + this.#interval) this.#startFrom(now);
    return passed - read > tolerated;
  }

  /**
   * While frames are dropped one after another: a read that took `took` ms ended at `now`. Returns whether it had to wait
   * for the camera, so that its frame is the newest.
   */
  isNewest(took: number, now: number): boolean {
    this.#reads++;
    if (took < this.#interval * 0.75) return false;
    this.#startFrom(now);
    return true;
  }

  /** No frame is waiting now; what was read since this was last so tells the interval. */
  #startFrom(now: number): void {
    const measured = (now - this.#since) / this.#reads;
    if (this.#reads >= 3) this.#interval = this.#interval * 0.8 + measured * 0.2;
    this.#since = now;
    this.#reads = 0;
  }
}
