import { describe } from "../../base/errors.ts";
import type { Logger } from "../../base/log.ts";
import { eventFields } from "../../base/log-events.ts";
import { Backoff, type BackoffLimits } from "../../base/retry.ts";

/** A recording that ends its process so many times with nothing seen in between does so always. */
const mostDeaths = 3;

/** One that works for so long is well again, ms; before that it may be one that comes and goes. */
const steady = 10_000;

/**
 * How long to wait before a lost camera is opened again, and what is said of it: once when it is lost, again when the
 * reason is another, and once when it is back; a camera may be away for weeks.
 */
export class RestartPolicy {
  readonly #log: Logger;
  readonly #backoff: Backoff;
  readonly #onRestart: () => void;
  /** Attempts since it was lost. */
  #tries = 0;
  /** Attempts since something was seen. */
  #inVain = 0;
  #lostAt = 0;
  #foundAt = Number.NEGATIVE_INFINITY;
  #said = "";

  constructor(log: Logger, limits: BackoffLimits, onRestart: () => void = () => undefined) {
    this.#log = log;
    this.#backoff = new Backoff(limits);
    this.#onRestart = onRestart;
  }

  /** Whether another attempt would be in vain. */
  get exhausted(): boolean {
    return this.#inVain >= mostDeaths;
  }

  /** The camera was lost, or did not open again. Returns the time to wait before the next attempt, ms. */
  onFailure(reason: unknown): number {
    if (this.#tries === 0) this.#lostAt = performance.now();
    this.#tries++;
    this.#inVain++;
    this.#onRestart();
    const wait = this.#backoff.next();
    const what = describe(reason);
    const line = `lost the camera: ${what}. Opening it again in ${(wait / 1000).toFixed(1)} s`;
    const fields = eventFields("camera_lost", reason);
    if (what === this.#said) this.#log.debug(fields, line);
    else this.#log.warn(fields, line);
    this.#said = what;
    return wait;
  }

  /** It is open again. */
  onReopened(): void {
    const seconds = ((performance.now() - this.#lostAt) / 1000).toFixed(1);
    const tries = this.#tries === 1 ? "" : ` and ${this.#tries} tries`;
    this.#log.info(
      eventFields("camera_reopened"),
      `the camera gives frames again, after ${seconds} s${tries}`,
    );
    this.#tries = 0;
    this.#said = "";
    this.#foundAt = performance.now();
  }

  /** Something was seen. */
  onProgress(): void {
    this.#inVain = 0;
    if (performance.now() - this.#foundAt > steady) this.#backoff.reset();
  }
}
