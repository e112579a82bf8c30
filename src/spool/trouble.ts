import type { UserError } from "../base/errors.ts";
import { sleep } from "../base/time.ts";
import { spoolError } from "./spool-errors.ts";
import type { SpoolOptions } from "./types.ts";

/** Milliseconds between two attempts. */
const retryDelay = 1000;

/** Reports once that nothing can be written, and once that it works again. */
export class Trouble {
  readonly #options: SpoolOptions;
  #error: UserError | undefined;
  #pause = new AbortController();

  constructor(options: SpoolOptions) {
    this.#options = options;
  }

  get error(): UserError | undefined {
    return this.#error;
  }

  /** Reports the failure and waits until it is time for another attempt. */
  async wait(error: unknown): Promise<void> {
    const isNew = this.#error === undefined;
    this.#error = spoolError(error, this.#options.directory);
    if (isNew) this.#options.onTrouble(this.#error);
    this.#pause = new AbortController();
    await sleep(retryDelay, this.#pause.signal);
  }

  /** Something changed: the next attempt is now. */
  wake(): void {
    this.#pause.abort();
  }

  over(): void {
    if (this.#error === undefined) return;
    this.#error = undefined;
    this.#options.onRecovered();
  }
}
