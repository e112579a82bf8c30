import { deferred } from "./deferred.ts";

/** While it is closed, those who want to pass wait. It is open at first. */
export class Gate {
  #opened = deferred();
  #closing = new AbortController();

  constructor() {
    this.#opened.resolve();
  }

  get isOpen(): boolean {
    return !this.#closing.signal.aborted;
  }

  /** Aborts when the gate is closed; after `open` there is a new one. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  open(): void {
    if (this.isOpen) return;
    this.#closing = new AbortController();
    this.#opened.resolve();
  }

  close(): void {
    if (!this.isOpen) return;
    this.#opened = deferred();
    this.#closing.abort();
  }

  /** Resolves when it is open. */
  async passed(): Promise<void> {
    while (!this.isOpen) await this.#opened.promise;
  }
}
