import type { FrameStats } from "../types.ts";
import type { FromWorker, Position, ResultMessage } from "../worker-messages.ts";
import type { FrameResult } from "./frame-analyzer.ts";

/** How long frames without faces may wait for one another, ms: waking the supervisor costs more than processing them. */
const maxDelay = 100;

const nothing = { frames: [], dropped: 0, skipped: 0, shots: [], due: [], discarded: [] };

/** Sends results to the supervisor: faces at once, frames without faces in batches. */
export class ResultBatcher {
  readonly #send: (message: FromWorker) => void;
  #batch: Omit<ResultMessage, "kind">;
  #sentAt = performance.now();

  /** `from`: where this worker starts. */
  constructor(from: Position, send: (message: FromWorker) => void) {
    this.#send = send;
    this.#batch = { ...nothing, next: from };
  }

  /** Counts live frames that were dropped. */
  drop(frames: number): void {
    this.#batch = { ...this.#batch, dropped: this.#batch.dropped + frames };
  }

  /** Counts a frame that was not analyzed. */
  skip(): void {
    this.#batch = { ...this.#batch, skipped: this.#batch.skipped + 1 };
  }

  /** Adds a frame; `next` is where another worker would continue. Returns whether a message was sent. */
  add(frame: FrameStats, { shots, due, discarded }: FrameResult, next: Position): boolean {
    this.#batch = { ...this.#batch, frames: [...this.#batch.frames, frame], next, shots, due, discarded };
    const empty = shots.length + due.length + discarded.length === 0;
    if (empty && performance.now() - this.#sentAt < maxDelay) return false;
    this.flush();
    return true;
  }

  /** Sends what is not sent yet. */
  flush(): void {
    const { frames, dropped, skipped, next } = this.#batch;
    if (frames.length + dropped + skipped > 0) this.#send({ kind: "result", ...this.#batch });
    this.#batch = { ...nothing, next };
    this.#sentAt = performance.now();
  }
}
