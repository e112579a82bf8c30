import type { CapturedFace, FrameBatch, LowQualityShot } from "../types.ts";
import type { ResultMessage } from "../worker-messages.ts";

type Shot = CapturedFace | LowQualityShot;
type Selected = Pick<FrameBatch, "faces" | "lowQuality">;

/**
 * The best shot so far of each open visit. The supervisor keeps them, because a worker that hangs in a camera's read is
 * killed: its shots must not be lost with it.
 */
export class PendingShots {
  readonly #shots = new Map<number, Shot>();

  /** Stores the new shots; returns the ones to send now. */
  update({ shots, due, discarded }: ResultMessage): Selected {
    for (const shot of shots) this.#shots.set(shot.visit, shot);
    const selected = select(due.flatMap((visit) => this.#shots.get(visit) ?? []));
    for (const visit of [...due, ...discarded]) this.#shots.delete(visit);
    return selected;
  }

  /** Removes and returns all: no better ones will come. */
  release(): Selected {
    const selected = select([...this.#shots.values()]);
    this.#shots.clear();
    return selected;
  }
}

function select(shots: readonly Shot[]): Selected {
  const faces = shots.filter((shot) => shot.picture !== undefined);
  return { faces, lowQuality: shots.length - faces.length };
}
