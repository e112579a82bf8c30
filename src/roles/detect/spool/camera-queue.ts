import { SelectiveRepeat } from "../../../spool/selective-repeat.ts";
import type { SpooledFace } from "../../../spool/types.ts";

/** Waits before the faces of a topic are published again that the broker refused, milliseconds. */
const firstPause = 5000;
const longestPause = 300_000;
/** Places of the queue that are given back at once. */
const compactAt = 10_000;

/** The spooled faces of one camera: those that wait, oldest first, and those that are published and unconfirmed. */
export class CameraQueue {
  readonly camera: string;
  readonly window: SelectiveRepeat<SpooledFace>;
  /** Faces that leave the spool meanwhile stay in it; its reader skips them. */
  #waiting: SpooledFace[] = [];
  #first = 0;
  /** Faces whose topic the broker refused, to be published before the waiting ones. */
  readonly #refused: SpooledFace[] = [];
  #pausedUntil = 0;
  #pause = firstPause;
  /** The broker refused the topic, and has not accepted it since. */
  #isRefused = false;

  /** `maxWindow`: most faces that may be published and unconfirmed. */
  constructor(camera: string, maxWindow: number) {
    this.camera = camera;
    this.window = new SelectiveRepeat(maxWindow);
  }

  add(face: SpooledFace): void {
    this.#waiting.push(face);
  }

  /** Whether a face that is added now may be published at once. */
  canSendNow(now: number): boolean {
    const isEmpty = this.#first === this.#waiting.length && this.#refused.length === 0;
    return isEmpty && !this.#isRefused && this.window.hasRoom && now >= this.#pausedUntil;
  }

  /** The faces to publish now: those to repeat, then as many waiting ones as the window has room for. */
  *next(now: () => number): Generator<SpooledFace> {
    if (now() < this.#pausedUntil) return;
    yield* this.window.due(now());
    while (this.window.hasRoom && now() >= this.#pausedUntil) {
      // One alone finds out whether the broker accepts the topic by now.
      if (this.#isRefused && this.window.open > 0) return;
      const face = this.#refused.shift() ?? this.#shift();
      if (!face) return;
      if (!this.window.isOpen(face)) yield face;
    }
  }

  /** The broker refused this face's topic: it waits again, and no other face is published for a while. */
  refused(face: SpooledFace, now: number): void {
    this.window.forget(face);
    this.#refused.push(face);
    this.#isRefused = true;
    if (now < this.#pausedUntil) return;
    this.#pausedUntil = now + this.#pause;
    this.#pause = Math.min(longestPause, this.#pause * 2);
  }

  /** The broker accepts the topic. */
  accepted(): void {
    this.#isRefused = false;
    this.#pause = firstPause;
  }

  #shift(): SpooledFace | undefined {
    const face = this.#waiting[this.#first];
    if (face) this.#first++;
    // An array's own shift() moves all of its rest.
    if (this.#first === compactAt || this.#first === this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#first);
      this.#first = 0;
    }
    return face;
  }
}
