import type { Camera } from "./unique-camera-names.ts";

/** Counts faces against `--limit`: that of all cameras together, and that of a camera in the configuration file. */
export class FaceLimits {
  readonly #total: number;
  readonly #ofCamera: ReadonlyMap<string, number>;
  readonly #counts = new Map<string, number>();
  #count = 0;

  constructor(
    cameras: readonly Camera<{ readonly limit: number | undefined }>[],
    total = Number.POSITIVE_INFINITY,
  ) {
    this.#total = total;
    this.#ofCamera = new Map(
      cameras.map(({ name, settings }) => [name, settings.limit ?? Number.POSITIVE_INFINITY]),
    );
  }

  add(camera: string): void {
    this.#count++;
    this.#counts.set(camera, (this.#counts.get(camera) ?? 0) + 1);
  }

  /** Whether no further face of this camera is sent; without one, of any camera. */
  isReached(camera?: string): boolean {
    if (this.#count >= this.#total) return true;
    if (camera !== undefined)
      return (this.#counts.get(camera) ?? 0) >= (this.#ofCamera.get(camera) ?? Number.POSITIVE_INFINITY);
    return [...this.#ofCamera].every(([name, limit]) => (this.#counts.get(name) ?? 0) >= limit);
  }
}
