import type { CapturedFace } from "../types.ts";
import type { ResultMessage } from "../worker-messages.ts";

/**
 * The best shot so far of each open visit. The supervisor keeps them, because a worker that hangs in a camera's read is
 * killed: its shots must not be lost with it.
 */
export class PendingShots {
  readonly #shots = new Map<number, CapturedFace>();

  /** Stores the new shots; returns the ones to send now. */
  update({ shots, due, discarded }: ResultMessage): CapturedFace[] {
    for (const shot of shots) this.#shots.set(shot.visit, shot);
    const faces = due.flatMap((visit) => this.#shots.get(visit) ?? []);
    for (const visit of [...due, ...discarded]) this.#shots.delete(visit);
    return faces;
  }

  /** Removes and returns all: no better ones will come. */
  release(): CapturedFace[] {
    const faces = [...this.#shots.values()];
    this.#shots.clear();
    return faces;
  }
}
