/** How many frames may still be sent: what keeps a slow reader's memory bounded. */
export class Credits {
  #left: number;
  #wake: (() => void) | undefined;
  #released = false;

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
    this.#wake?.();
  }

  /** Resolves when there is one, or when `release` is called. */
  async acquire(): Promise<void> {
    while (this.#left <= 0 && !this.#released)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
  }

  /** Wakes who waits, though there is none; nobody has to wait any more. */
  cancel(): void {
    this.#released = true;
    this.#wake?.();
  }
}
