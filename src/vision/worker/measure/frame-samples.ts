import type { Picture } from "../picture.ts";

/** The most frames that are kept, and the most memory that they may take, bytes. */
const mostFrames = 8;
const mostBytes = 128e6;
/** Also of the largest frames, for a median. */
const fewestFrames = 3;

/**
 * Some frames of a stream of unknown length, evenly spaced: every frame is kept, then every second one, every fourth one,
 * as more arrive.
 */
export class FrameSamples {
  readonly #frames: Picture[] = [];
  #seen = 0;
  #stride = 1;

  get frames(): readonly Picture[] {
    return this.#frames;
  }

  /** Takes the frame over: it releases those that it does not keep. */
  add(frame: Picture): void {
    if (this.#seen++ % this.#stride !== 0) {
      frame.release();
      return;
    }
    this.#frames.push(frame);
    const bytes = frame.size.width * frame.size.height * 3;
    const most = Math.max(fewestFrames, Math.min(mostFrames, Math.floor(mostBytes / bytes)));
    if (this.#frames.length <= most) return;
    this.#stride *= 2;
    const dropped = this.#frames.filter((_, nth) => nth % 2 === 1);
    const kept = this.#frames.filter((_, nth) => nth % 2 === 0);
    for (const each of dropped) each.release();
    this.#frames.splice(0, this.#frames.length, ...kept);
  }
}
