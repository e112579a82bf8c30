import type { Box } from "../../../face/face.ts";

/** What a new measurement counts in the speed; the rest is what was known before. */
const newShare = 0.4;
/** Beyond so many seconds unseen a face is taken to have stopped: people do not walk on for ever unseen. */
const longestGlide = 0.5;

/** One face that is followed: where it was and how fast it moved. */
export class Track {
  readonly visit: number;
  /** Looks that have seen it. */
  hits = 0;
  /** Whether it is certain that there is a face; dismissed: rather not. */
  state: "tentative" | "confirmed" | "deleted" = "tentative";
  /** Where it was seen last. */
  #box: Box;
  /** When that was, seconds. */
  #seenAt: number;
  /** Pixels per second. */
  #speed = { x: 0, y: 0 };

  constructor(visit: number, box: Box, seconds: number) {
    this.visit = visit;
    this.#box = box;
    this.#seenAt = seconds;
  }

  /** Seconds since it was last seen. */
  timeSinceUpdate(seconds: number): number {
    return seconds - this.#seenAt;
  }

  /**
   * Where it should be at `seconds`, if it goes on as it did. A detector's boxes are true to a few pixels, so that a
   * Kalman filter of the place would only lag behind them: what needs smoothing is the speed alone.
   */
  predict(seconds: number): Box {
    const glide = Math.min(longestGlide, this.timeSinceUpdate(seconds));
    const { x, y, width, height } = this.#box;
    return { x: x + this.#speed.x * glide, y: y + this.#speed.y * glide, width, height };
  }

  /** It was seen at `box`. */
  update(box: Box, seconds: number): void {
    this.hits++;
    const passed = this.timeSinceUpdate(seconds);
    if (passed > 0) {
      const [from, to] = [centre(this.#box), centre(box)];
      const follow = (old: number, way: number) => old + newShare * (way / passed - old);
      this.#speed = { x: follow(this.#speed.x, to.x - from.x), y: follow(this.#speed.y, to.y - from.y) };
    }
    this.#box = box;
    this.#seenAt = seconds;
  }
}

export function centre({ x, y, width, height }: Box) {
  return { x: x + width / 2, y: y + height / 2 };
}
