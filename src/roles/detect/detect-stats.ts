import type { FrameBatch } from "../../vision/types.ts";
import type { RoleContext } from "../role.ts";

/** Counts frames, faces and visits for the metrics, the progress bar and the summary. */
export class DetectStats {
  readonly #context: RoleContext;
  readonly #started = performance.now();
  #frames = 0;
  #faces = 0;
  #dropped = 0;
  #skipped = 0;
  #lowQuality = 0;
  #visits = 0;
  /** The number of frames each camera has read. */
  readonly #positions = new Map<string, number>();

  constructor(context: RoleContext) {
    this.#context = context;
  }

  get faces(): number {
    return this.#faces;
  }

  /** Shows a progress bar when the number of frames is known. */
  async start(frames: number | undefined): Promise<void> {
    if (frames === undefined) return;
    await this.#context.terminal.startBar(
      frames,
      "{bar} {percentage}%  {value}/{total} frames  {faces} faces  {rate} frames/s",
    );
  }

  addBatch(camera: string, { frames, dropped, skipped, lowQuality }: FrameBatch): void {
    const { metrics, terminal } = this.#context;
    for (const { index, detectSeconds, visits } of frames) {
      this.#positions.set(camera, index + 1);
      this.#visits += visits;
      metrics.visits.inc({ camera }, visits);
      metrics.detectSeconds.observe({ camera }, detectSeconds);
    }
    this.#frames += frames.length;
    this.#dropped += dropped;
    this.#skipped += skipped;
    this.#lowQuality += lowQuality;
    metrics.frames.inc({ camera }, frames.length);
    metrics.skipped.inc({ camera }, skipped);
    if (dropped > 0) metrics.drop("late_frame", dropped);
    if (lowQuality > 0) metrics.drop("quality", lowQuality);
    const done = [...this.#positions.values()].reduce((sum, position) => sum + position, 0);
    terminal.updateBar(done, { faces: this.#faces, rate: this.#rate() });
  }

  addFace(camera: string): void {
    this.#faces++;
    this.#context.metrics.faces.inc({ camera });
  }

  stop(): void {
    this.#context.terminal.stopBar();
  }

  summary(): string {
    const seconds = ((performance.now() - this.#started) / 1000).toFixed(1);
    const counts = [
      `${this.#frames} frames`,
      `${this.#faces} faces`,
      `${this.#visits} visits`,
      `${seconds} s`,
      `${this.#rate()} frames/s`,
      this.#skipped > 0 && `${this.#skipped} frames skipped`,
      this.#dropped > 0 && `${this.#dropped} late frames dropped`,
      this.#lowQuality > 0 && `${this.#lowQuality} faces below --min-quality`,
    ];
    return counts.filter(Boolean).join(", ");
  }

  /** Frames analysed or skipped per second. */
  #rate(): string {
    return ((this.#frames + this.#skipped) / ((performance.now() - this.#started) / 1000)).toFixed(1);
  }
}
