import { eventFields } from "../../../base/log-events.ts";
import { isDropReason } from "../../../ops/metrics.ts";
import type { Spool } from "../../../spool/spool.ts";
import type { SpooledFace } from "../../../spool/types.ts";
import type { RoleContext } from "../../role.ts";

/** A message of fewer bytes is not made smaller: its size is hardly the reason of the refusal. */
const smallestPicture = 1000;
/** How often a picture is tried to be made smaller when the process that does it ends without an answer. */
const mostAttempts = 3;

/** Why a face was refused, as a drop reason; these may be cured by a smaller picture. */
const sizeReasons: ReadonlySet<string> = new Set(["too_large", "disconnected"]);

export interface RefusalsOptions {
  readonly spool: Spool;
  /**
   * A smaller message of the same face, of at most so many bytes; undefined when there is none. Rejects when it could not
   * be tried.
   */
  readonly reduce: (payload: Buffer, maxBytes: number) => Promise<Buffer | undefined>;
  /** The face is published no more, or from the beginning again. */
  readonly forget: (face: SpooledFace) => void;
  readonly publishAgain: (face: SpooledFace) => void;
  readonly onDropped: () => void;
}

/** What becomes of faces that a broker or a role on their way refuses: a smaller picture takes their place, or they go. */
export class Refusals {
  readonly #options: RefusalsOptions;
  readonly #context: RoleContext;
  readonly #attempts = new Map<SpooledFace, number>();
  /** One face at a time: each needs memory for its picture. */
  #last: Promise<void> = Promise.resolve();
  #dropped = 0;

  constructor(options: RefusalsOptions, context: RoleContext) {
    this.#options = options;
    this.#context = context;
  }

  get dropped(): number {
    return this.#dropped;
  }

  /** `why`: who refused it and for what reason, as a sentence without its end. */
  add(face: SpooledFace, reason: string, why: string): void {
    this.#last = this.#last
      .then(() => this.#handle(face, reason, why))
      // Closing the spool ends a replacement; the face as it was stays on disk.
      .catch((error) => this.#context.log.debug(`a refused face was not handled: ${error.message}`));
  }

  async #handle(face: SpooledFace, reason: string, why: string): Promise<void> {
    const { spool, forget, publishAgain } = this.#options;
    if (!spool.has(face)) return;
    const smaller = sizeReasons.has(reason) ? await this.#reduce(face) : undefined;
    if (!spool.has(face)) return;
    forget(face);
    if (smaller === undefined) return this.#drop(face, reason, why);
    if (smaller !== "later") {
      await spool.replace(face, smaller);
      const message = `${why}. The face is sent with ${smaller.length} bytes`;
      this.#context.log.info(eventFields("face_reduced"), message);
    }
    publishAgain(face);
  }

  /** "later": it could not be tried. */
  async #reduce(face: SpooledFace): Promise<Buffer | "later" | undefined> {
    const { spool, reduce } = this.#options;
    const payload = face.bytes > smallestPicture ? await spool.read(face) : undefined;
    if (!payload) return undefined;
    try {
      // Half: a limit that the broker does not announce is found in a few steps.
      const smaller = await reduce(payload, Math.floor(payload.length / 2));
      this.#attempts.delete(face);
      return smaller;
    } catch {
      const attempts = (this.#attempts.get(face) ?? 0) + 1;
      this.#attempts.set(face, attempts);
      if (attempts < mostAttempts) return "later";
      this.#attempts.delete(face);
      return undefined;
    }
  }

  #drop(face: SpooledFace, reason: string, why: string): void {
    const { log, metrics } = this.#context;
    this.#options.spool.drop(face, reason);
    metrics.drop(isDropReason(reason) ? reason : "refused");
    this.#dropped++;
    log.error(eventFields("message_dropped"), `${why}. The face is dropped`);
    this.#options.onDropped();
  }
}
