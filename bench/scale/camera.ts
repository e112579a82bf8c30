import { NumberRanges } from "../../src/base/number-ranges.ts";
import { newEpoch } from "../../src/face/face-id.ts";
import type { Receipt } from "../../src/face/receipt.ts";

export interface DueFace {
  readonly seq: number;
  /** When it was published first, milliseconds since 1970: the same each time, and so is its key. */
  readonly capturedAt: number;
  /** It was published before. */
  readonly repeated: boolean;
}

interface OpenFace {
  readonly capturedAt: number;
  readonly sentAt: number;
}

export interface CameraOptions {
  readonly name: string;
  /** Most faces that are published and unconfirmed. */
  readonly window: number;
  /** A face without a receipt is published again after this time, milliseconds. */
  readonly repeatAfter: number;
}

/** The faces of one camera, and which of them are to be published now. */
export class Camera {
  readonly epoch = newEpoch();
  /** The last sequence number that may be published. */
  last = 0;
  readonly #options: CameraOptions;
  #next = 1;
  readonly #confirmed = new NumberRanges();
  /** The unconfirmed faces by number, the one that waits longest first. */
  readonly #open = new Map<number, OpenFace>();

  constructor(options: CameraOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }

  get confirmed(): number {
    return this.#confirmed.size;
  }

  *due(now: number): Generator<DueFace> {
    const { window, repeatAfter } = this.#options;
    for (const [seq, { capturedAt, sentAt }] of this.#open) {
      if (sentAt + repeatAfter > now) break;
      // Deleted first, so that the map stays in order of time.
      this.#open.delete(seq);
      this.#open.set(seq, { capturedAt, sentAt: now });
      yield { seq, capturedAt, repeated: true };
    }
    while (this.#next <= this.last && this.#open.size < window) {
      const seq = this.#next++;
      this.#open.set(seq, { capturedAt: now, sentAt: now });
      yield { seq, capturedAt: now, repeated: false };
    }
  }

  /** @throws Error when store dropped a face: there is no reason to. */
  confirm({ stored, refused = [] }: Receipt): void {
    const [refusal] = refused;
    if (refusal) throw new Error(`store dropped face ${refusal.seq} of ${this.name}: ${refusal.reason}`);
    for (const [first, last] of stored)
      for (let seq = first; seq <= last; seq++) {
        this.#open.delete(seq);
        this.#confirmed.add(seq);
      }
  }
}
