import { type Deferred, deferred } from "../../base/deferred.ts";

/** Items that one side pushes and one reader takes, in order. */
export class AsyncQueue<T> {
  readonly #items: T[] = [];
  #end: { readonly error: unknown } | undefined;
  #change: Deferred<void> = deferred();

  push(item: T): void {
    this.#items.push(item);
    this.#change.resolve();
  }

  /** Removes what was pushed and not taken. */
  clear(): void {
    this.#items.length = 0;
  }

  /** Nothing is pushed after this; the reader gets `error` after the last item. Only the first call counts. */
  end(error?: unknown): void {
    this.#end ??= { error };
    this.#change.resolve();
  }

  /** The next item, or undefined at the end. Rejects with the error that ended the queue. */
  async next(): Promise<T | undefined> {
    while (this.#items.length === 0 && !this.#end) {
      this.#change = deferred();
      await this.#change.promise;
    }
    const item = this.#items.shift();
    if (item === undefined && this.#end?.error !== undefined) throw this.#end.error;
    return item;
  }
}
