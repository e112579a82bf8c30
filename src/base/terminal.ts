import type { MultiBar, SingleBar } from "cli-progress";

/** Standard error, shared by log lines and one progress bar, so that neither writes into the other. */
export class Terminal {
  readonly #stream: NodeJS.WriteStream;
  #bars: MultiBar | undefined;
  #bar: SingleBar | undefined;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  get interactive(): boolean {
    return this.#stream.isTTY === true;
  }

  get showsBar(): boolean {
    return this.#bars !== undefined;
  }

  /** Writes a finished line above the bar, if there is one. */
  write(line: string): void {
    if (this.#bars) {
      this.#bars.log(line);
      // At once: what waits for the next redrawing is lost when the bar stops before it.
      this.#bars.update();
    } else this.#stream.write(line);
  }

  /** Shows a bar of `total` steps; nothing where no person watches. */
  async startBar(total: number, format: string): Promise<void> {
    if (!this.interactive) return;
    const { MultiBar } = await import("cli-progress");
    this.#bars = new MultiBar({
      format,
      stream: this.#stream,
      clearOnComplete: true,
      hideCursor: true,
      fps: 5,
      // A line that was written above it has taken its place, though the bar itself did not change.
      forceRedraw: true,
      // The bar is cut off at the terminal's width, log lines are not.
      linewrap: true,
      // Its owner stops it; lines that came after a signal would wait for a bar that is gone.
      gracefulExit: false,
    });
    this.#bar = this.#bars.create(total, 0, {});
  }

  updateBar(done: number, values: Readonly<Record<string, string | number>>): void {
    this.#bar?.update(done, values);
  }

  stopBar(): void {
    this.#bars?.stop();
    this.#bars = undefined;
    this.#bar = undefined;
  }
}
