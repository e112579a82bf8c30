/** For so long may reads return at once before we think that frames are queueing up, ms. */
const tolerated = 250;
/** So many frames are dropped in one go, at most: a bound for cameras on which the judgement below fails. */
const mostDropped = 10;

/**
 * Tells whether frames have queued up in the driver or the network while we were busy.
 *
 * A read that had to wait gave the newest frame there is; a read that only decoded gave one that had been waiting. One of
 * those is no harm: detection may take just longer than a frame. But when no read has waited for a quarter of a second
 * we run behind, and frames are dropped until a read waits again. This bounds how old a frame can be, and needs no
 * frame rate, which cameras often report wrongly.
 */
export class Backlog {
  /** When a read last waited, ms on the steady clock. */
  #waited: number;
  #behind = false;

  constructor(now: number) {
    this.#waited = now;
  }

  /** A read ended at `now`, having taken `took` ms in which the process computed for `computed` ms. */
  note(took: number, computed: number, now: number): void {
    const waiting = took - computed;
    if (waiting > Math.max(3, took / 3)) this.#waited = now;
    this.#behind = now - this.#waited > tolerated;
  }

  /** Whether the frame just read should be dropped, `dropped` having been dropped before it. */
  isBehind(dropped: number): boolean {
    return this.#behind && dropped < mostDropped;
  }
}
