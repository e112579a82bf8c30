import type { FromChild, Place, SeenMessage } from "../messages.ts";
import type { Look } from "../types.ts";
import type { Seen } from "./frame-analyzer.ts";

/** So long looks without faces may wait for one another, ms: to wake the parent costs more than all else about them. */
const pause = 100;

const nothing = { looks: [], dropped: 0, skipped: 0, shots: [], due: [], forget: [] };

/** Tells the parent what was seen: faces at once, looks without any together. */
export class Reporter {
  readonly #send: (message: FromChild) => void;
  #waiting: Omit<SeenMessage, "kind">;
  #sentAt = performance.now();

  /** `from`: where this process begins. */
  constructor(from: Place, send: (message: FromChild) => void) {
    this.#send = send;
    this.#waiting = { ...nothing, next: from };
  }

  /** So many live frames were dropped unseen. */
  drop(frames: number): void {
    this.#waiting = { ...this.#waiting, dropped: this.#waiting.dropped + frames };
  }

  /** A frame was passed over. */
  skip(): void {
    this.#waiting = { ...this.#waiting, skipped: this.#waiting.skipped + 1 };
  }

  /** Takes a look, with the place where another process would go on. Returns whether a message was sent. */
  add(look: Look, { shots, due, forget }: Seen, next: Place): boolean {
    const { looks, dropped, skipped } = this.#waiting;
    this.#waiting = { looks: [...looks, look], dropped, skipped, next, shots, due, forget };
    const quiet = shots.length + due.length + forget.length === 0;
    if (quiet && performance.now() - this.#sentAt < pause) return false;
    this.flush();
    return true;
  }

  /** Sends what waits. */
  flush(): void {
    const { looks, dropped, skipped, next } = this.#waiting;
    if (looks.length + dropped + skipped > 0) this.#send({ kind: "seen", ...this.#waiting });
    this.#waiting = { ...nothing, next };
    this.#sentAt = performance.now();
  }
}
