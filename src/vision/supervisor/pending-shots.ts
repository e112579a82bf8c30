import type { ResultMessage } from "../messages.ts";
import type { CapturedFace } from "../types.ts";

/**
 * The best face so far of each visit. They are kept in the parent, since a vision process may be killed while it hangs
 * in a camera's read: what was taken must not be lost with it.
 */
export class PendingShots {
  readonly #faces = new Map<number, CapturedFace>();

  /** Takes what was seen; gives the faces whose time to be sent has come. */
  update({ shots, due, discarded }: ResultMessage): CapturedFace[] {
    for (const face of shots) this.#faces.set(face.visit, face);
    const faces = due.flatMap((visit) => this.#faces.get(visit) ?? []);
    for (const visit of [...due, ...discarded]) this.#faces.delete(visit);
    return faces;
  }

  /** Gives all that are kept: nobody will bring a better one. */
  release(): CapturedFace[] {
    const faces = [...this.#faces.values()];
    this.#faces.clear();
    return faces;
  }
}
