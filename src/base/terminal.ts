import type { MultiBar, SingleBar } from "cli-progress";

/** Standard error, shared by log lines and one progress bar, so that neither overwrites the other. */
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

  /** Writes a complete line, above the progress bar if there is one. */
  write(line: string): void {
    if (this.#bars) {
      this.#bars.log(line);
      // At once: a line that waits for the next redraw is lost when the bar stops first.
      this.#bars.update();
    } else this.#stream.write(line);
  }

  /** Shows a progress bar of `total` steps; does nothing when standard error is no terminal. */
  async startBar(total: number, format: string): Promise<void> {
    if (!this.interactive) return;
    const { MultiBar } = await import("cli-progress");
    this.#bars = new MultiBar({
      format,
      stream: this.#stream,
      clearOnComplete: true,
      hideCursor: true,
      fps: 5,
      // A log line overwrites the bar, so it is redrawn even when its values did not change.
      forceRedraw: true,
      // Truncates the bar, but not log lines, at the terminal's width.
      linewrap: true,
      // The caller stops it: after a signal, log lines must not wait for a bar that has ended.
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
