/** A signal that aborts when another one does, or when nothing has come for a while. */
export class Patience {
  readonly signal: AbortSignal;
  readonly #silence = new AbortController();
  readonly #timer: NodeJS.Timeout;

  /** `ms`: how long is waited for each next sign of life. */
  constructor(ms: number, outer: AbortSignal) {
    const late = () => this.#silence.abort(new Error(`nothing came for ${ms / 1000} s`));
    this.#timer = setTimeout(late, ms);
    this.signal = AbortSignal.any([outer, this.#silence.signal]);
  }

  renew(): void {
    this.#timer.refresh();
  }

  /** Ends also what still runs on the signal: an answer that nobody reads on would keep its connection. */
  end(): void {
    clearTimeout(this.#timer);
    this.#silence.abort();
  }
}
