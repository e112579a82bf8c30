/** Items that arrive on their own time, for one reader that takes them in order. */
export class AsyncQueue<T> {
  readonly #items: T[] = [];
  #ended = false;
  #error: unknown;
  #wake: (() => void) | undefined;

  push(item: T): void {
    this.#items.push(item);
    this.#wake?.();
  }

  /** No more will come; with `error`, that is what the reader gets after the last item. */
  end(error?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#wake?.();
  }

  /** The next item, or undefined at the end. Rejects with the error that ended it. */
  async next(): Promise<T | undefined> {
    while (this.#items.length === 0 && !this.#ended)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    const item = this.#items.shift();
    if (item === undefined && this.#error !== undefined) throw this.#error;
    return item;
  }
}
