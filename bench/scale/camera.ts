import { NumberRanges } from "../../src/base/number-ranges.ts";
import { newEpoch } from "../../src/face/face-id.ts";
import type { Receipt } from "../../src/face/receipt.ts";
import { SelectiveRepeat } from "../../src/spool/selective-repeat.ts";

/** Most faces of one camera that are published and unconfirmed: as in detect. */
const maxWindow = 500;

/** The faces of one camera, and which of them are to be published now: by the same rules as in detect with a spool. */
export class Camera {
  readonly name: string;
  readonly epoch = newEpoch();
  /** The last sequence number that may be published. */
  last = 0;
  #next = 1;
  readonly #confirmed = new NumberRanges();
  readonly #window = new SelectiveRepeat<number>(maxWindow);

  constructor(name: string) {
    this.name = name;
  }

  get confirmed(): number {
    return this.#confirmed.size;
  }

  /** Yields sequence numbers; those that are `repeated` were published before. */
  *due(): Generator<{ readonly seq: number; readonly repeated: boolean }> {
    for (const seq of this.#window.due(performance.now())) yield this.#sent(seq, true);
    while (this.#next <= this.last && this.#window.hasRoom) yield this.#sent(this.#next++, false);
  }

  /** The broker has the face. */
  acknowledged(seq: number): void {
    this.#window.acknowledged(seq);
  }

  /** @throws Error when store dropped a face: there is no reason to. */
  confirm({ stored, repeated = [], refused = [] }: Receipt): void {
    const [refusal] = refused;
    if (refusal) throw new Error(`store dropped face ${refusal.seq} of ${this.name}: ${refusal.reason}`);
    const again = new NumberRanges(repeated);
    for (const [first, last] of stored)
      for (let seq = first; seq <= last; seq++) {
        this.#window.confirmed(seq, again.has(seq), performance.now());
        this.#confirmed.add(seq);
      }
  }

  #sent(seq: number, repeated: boolean) {
    this.#window.sent(seq, performance.now());
    return { seq, repeated };
  }
}
