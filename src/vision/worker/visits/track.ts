import type { Box } from "../../../face/face.ts";

/** Weight of a new measurement of the velocity (exponential smoothing). */
const velocityWeight = 0.4;
/** After this many seconds without a detection a face is predicted to have stopped. */
const maxExtrapolation = 0.5;

/** One tracked face: where it was and how fast it moved. */
export class Track {
  readonly visit: number;
  /** Frames in which it was detected. */
  hits = 0;
  /** Deleted: most likely not a face. A deleted track is still followed, and is confirmed if it is detected again. */
  state: "tentative" | "confirmed" | "deleted" = "tentative";
  #box: Box;
  /** When it was last detected, seconds. */
  #updatedAt: number;
  /** Pixels per second. */
  #velocity = { x: 0, y: 0 };

  constructor(visit: number, box: Box, seconds: number) {
    this.visit = visit;
    this.#box = box;
    this.#updatedAt = seconds;
  }

  /** Seconds since it was last detected. */
  timeSinceUpdate(seconds: number): number {
    return seconds - this.#updatedAt;
  }

  /**
   * Where it should be at `seconds`, at constant velocity. A detector's boxes are exact to a few pixels: a Kalman filter of
   * the position would only lag behind them. Only the velocity needs smoothing.
   */
  predict(seconds: number): Box {
    const elapsed = Math.min(maxExtrapolation, this.timeSinceUpdate(seconds));
    const { x, y, width, height } = this.#box;
    return { x: x + this.#velocity.x * elapsed, y: y + this.#velocity.y * elapsed, width, height };
  }

  /** It was detected at `box`. */
  update(box: Box, seconds: number): void {
    this.hits++;
    const elapsed = this.timeSinceUpdate(seconds);
    if (elapsed > 0) {
      const [from, to] = [center(this.#box), center(box)];
      const smooth = (old: number, way: number) => old + velocityWeight * (way / elapsed - old);
      const { x, y } = this.#velocity;
      this.#velocity = { x: smooth(x, to.x - from.x), y: smooth(y, to.y - from.y) };
    }
    this.#box = box;
    this.#updatedAt = seconds;
  }
}

export function center({ x, y, width, height }: Box) {
  return { x: x + width / 2, y: y + height / 2 };
}
