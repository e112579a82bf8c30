import type { FromWorker, Position, ResultMessage } from "../messages.ts";
import type { FrameStats } from "../types.ts";
import type { FrameResult } from "./frame-analyzer.ts";

/** So long looks without faces may wait for one another, ms: to wake the parent costs more than all else about them. */
const pause = 100;

const nothing = { frames: [], dropped: 0, skipped: 0, shots: [], due: [], discarded: [] };

/** Tells the parent what was seen: faces at once, looks without any together. */
export class ResultBatcher {
  readonly #send: (message: FromWorker) => void;
  #waiting: Omit<ResultMessage, "kind">;
  #sentAt = performance.now();

  /** `from`: where this process begins. */
  constructor(from: Position, send: (message: FromWorker) => void) {
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
  add(look: FrameStats, { shots, due, discarded }: FrameResult, next: Position): boolean {
    const { frames, dropped, skipped } = this.#waiting;
    this.#waiting = { frames: [...frames, look], dropped, skipped, next, shots, due, discarded };
    const quiet = shots.length + due.length + discarded.length === 0;
    if (quiet && performance.now() - this.#sentAt < pause) return false;
    this.flush();
    return true;
  }

  /** Sends what waits. */
  flush(): void {
    const { frames, dropped, skipped, next } = this.#waiting;
    if (frames.length + dropped + skipped > 0) this.#send({ kind: "result", ...this.#waiting });
    this.#waiting = { ...nothing, next };
    this.#sentAt = performance.now();
  }
}
