import { deferred } from "../../base/deferred.ts";

/** Credit-based flow control: how many messages may still be sent. Bounds the memory when the reader is slow. */
export class Credits {
  #left: number;
  #change = deferred();
  #cancelled = false;

  constructor(count: number) {
    this.#left = count;
  }

  get left(): number {
    return this.#left;
  }

  spend(): void {
    this.#left--;
  }

  grant(): void {
    this.#left++;
    this.#change.resolve();
  }

  /** Resolves when a credit is left, or after `cancel`. Does not spend it. */
  async acquire(): Promise<void> {
    while (this.#left <= 0 && !this.#cancelled) {
      this.#change = deferred();
      await this.#change.promise;
    }
  }

  /** Lets everyone who waits go on, now and later. */
  cancel(): void {
    this.#cancelled = true;
    this.#change.resolve();
  }
}
