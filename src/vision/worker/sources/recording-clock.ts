/** For a recording without times and without a rate, frames per second. */
const defaultRate = 30;

/**
 * The time of a recording's frames: their own, not their number divided by a rate that the container only claims. It
 * never stops or goes back, and goes on when the recording starts again.
 */
export class RecordingClock {
  readonly #interval: number;
  readonly #duration: number | undefined;
  /** Time between the last two frames, seconds. */
  #step: number;
  /** When the recording began this time. */
  #begin = 0;
  /** Of the last frame, seconds; since the first beginning. */
  #seconds: number | undefined;

  /** `rate`: frames per second, if known; `duration`: seconds, if known. */
  constructor(rate: number | undefined, duration: number | undefined) {
    this.#interval = 1 / (rate ?? defaultRate);
    this.#step = this.#interval;
    this.#duration = duration;
  }

  get knowsDuration(): boolean {
    return this.#duration !== undefined;
  }

  /** Whether no frame can follow. */
  get isOver(): boolean {
    const { seconds, duration } = { seconds: this.#seconds ?? 0, duration: this.#duration };
    return duration !== undefined && seconds - this.#begin >= duration - 1.5 * this.#interval;
  }

  /** A frame was read; `position`: its time in the recording, seconds, 0 or negative when unknown. Returns its time. */
  onFrame(position: number): number {
    const given = this.#begin + position;
    const last = this.#seconds;
    if (last === undefined) {
      this.#seconds = given >= 0 ? given : 0;
      return this.#seconds;
    }
    // Some decoders do not know the times of the last few frames.
    if (position >= 0 && given > last) this.#step = given - last;
    this.#seconds = last + this.#step;
    return this.#seconds;
  }

  rewind(): void {
    const last = this.#seconds ?? 0;
    this.#begin = last + this.#interval;
    this.#step = this.#interval;
  }
}
