import { SelectiveRepeat } from "../../../spool/selective-repeat.ts";
import type { SpooledFace } from "../../../spool/types.ts";

/** Waits before the faces of a topic are published again that the broker refused, milliseconds. */
const firstPause = 5000;
const longestPause = 300_000;

/** The spooled faces of one camera: those that wait, oldest first, and those that are published and unconfirmed. */
export class CameraQueue {
  readonly camera: string;
  readonly window: SelectiveRepeat<SpooledFace>;
  /** A set keeps the order and loses any of its members cheaply. */
  readonly #waiting = new Set<SpooledFace>();
  #pausedUntil = 0;
  #pause = firstPause;

  /** `maxWindow`: most faces that may be published and unconfirmed. */
  constructor(camera: string, maxWindow: number) {
    this.camera = camera;
    this.window = new SelectiveRepeat(maxWindow);
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  add(face: SpooledFace): void {
    this.#waiting.add(face);
  }

  /** Whether a face that is added now may be published at once. */
  canSendNow(now: number): boolean {
    return this.#waiting.size === 0 && this.window.hasRoom && now >= this.#pausedUntil;
  }

  /** The faces to publish now: those to repeat, then as many waiting ones as the window has room for. */
  *next(now: () => number): Generator<SpooledFace> {
    if (now() < this.#pausedUntil) return;
    yield* this.window.due(now());
    for (const face of this.#waiting) {
      if (!this.window.hasRoom || now() < this.#pausedUntil) return;
      this.#waiting.delete(face);
      yield face;
    }
  }

  /** The broker refused this face's topic: it waits again, and no other face is published for a while. */
  pause(face: SpooledFace, now: number): void {
    this.window.forget(face);
    // To the front, so that the order remains.
    const later = [...this.#waiting];
    this.#waiting.clear();
    for (const each of [face, ...later]) this.#waiting.add(each);
    if (now < this.#pausedUntil) return;
    this.#pausedUntil = now + this.#pause;
    this.#pause = Math.min(longestPause, this.#pause * 2);
  }

  /** The broker accepts the topic. */
  resetPause(): void {
    this.#pause = firstPause;
  }

  /** The face is confirmed or dropped. */
  remove(face: SpooledFace): void {
    this.#waiting.delete(face);
    this.window.forget(face);
  }
}
