import type { Seen } from "./look.ts";
import type { FromChild, Place, SeenMessage } from "./messages.ts";
import type { Look } from "./types.ts";

/** So long looks without faces may wait for one another, ms: to wake the parent costs more than all else about them. */
const pause = 100;

/** Tells the parent what was seen: faces at once, looks without any together. */
export class Reporter {
  readonly #send: (message: FromChild) => void;
  #waiting: SeenMessage | undefined;
  #sentAt = performance.now();

  constructor(send: (message: FromChild) => void) {
    this.#send = send;
  }

  /** Takes a look, with the place where another process would go on. Returns whether a message was sent. */
  add(look: Look, { shots, due, forget }: Seen, next: Place): boolean {
    const looks = [...(this.#waiting?.looks ?? []), look];
    this.#waiting = { kind: "seen", looks, next, shots, due, forget };
    const quiet = shots.length + due.length + forget.length === 0;
    if (quiet && performance.now() - this.#sentAt < pause) return false;
    this.flush();
    return true;
  }

  /** Sends what waits. */
  flush(): void {
    if (this.#waiting) this.#send(this.#waiting);
    this.#waiting = undefined;
    this.#sentAt = performance.now();
  }
}
