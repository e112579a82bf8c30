import type { SeenFrame } from "../vision/types.ts";
import type { RoleContext } from "./role.ts";

/** Counts what detect sees: for the metrics, the progress bar and the summary. */
export class Tally {
  readonly #context: RoleContext;
  readonly #begun = performance.now();
  #frames = 0;
  #faces = 0;
  #dropped = 0;
  #restarts = 0;

  constructor(context: RoleContext) {
    this.#context = context;
  }

  get faces(): number {
    return this.#faces;
  }

  /** Shows progress on a terminal when the number of frames is known. */
  async start(frames: number | undefined): Promise<void> {
    if (frames === undefined) return;
    await this.#context.terminal.startBar(
      frames,
      "{bar} {percentage}%  {value}/{total} frames  {faces} faces  {rate} frames/s",
    );
  }

  /** `restarts`: how often the vision process was started again so far. */
  frame({ index, detectSeconds, dropped }: SeenFrame, restarts: number): void {
    const { metrics, terminal } = this.#context;
    this.#frames++;
    this.#dropped += dropped;
    metrics.frames.inc();
    metrics.detectSeconds.observe(detectSeconds);
    if (dropped > 0) metrics.dropped.inc({ reason: "late_frame" }, dropped);
    metrics.visionRestarts.inc(restarts - this.#restarts);
    this.#restarts = restarts;
    terminal.updateBar(index + 1, { faces: this.#faces, rate: this.#rate() });
  }

  face(): void {
    this.#faces++;
    this.#context.metrics.faces.inc();
  }

  stop(): void {
    this.#context.terminal.stopBar();
  }

  summary(): string {
    const seconds = ((performance.now() - this.#begun) / 1000).toFixed(1);
    const dropped = this.#dropped === 0 ? "" : `, ${this.#dropped} late frames dropped`;
    return `${this.#frames} frames, ${this.#faces} faces, ${seconds} s, ${this.#rate()} frames/s${dropped}`;
  }

  #rate(): string {
    return (this.#frames / ((performance.now() - this.#begun) / 1000)).toFixed(1);
  }
}
