import { describe } from "../../base/errors.ts";
import type { Logger } from "../../base/log.ts";
import { eventFields } from "../../base/log-events.ts";
import { Backoff, type BackoffLimits } from "../../base/retry.ts";
import { withoutDurations } from "./opencv-output.ts";

/** Failures in a row, without a frame in between, after which a recording is not opened again. */
const maxFailures = 3;
/** A source that works for this long has recovered, ms; one that fails sooner may be flapping. */
const stableTime = 10_000;

/**
 * How long to wait before a lost camera is opened again, and what to log: once when it is lost, again when the reason
 * changes, and once when it is back. A camera may be away for weeks.
 */
export class RestartPolicy {
  readonly #log: Logger;
  readonly #backoff: Backoff;
  readonly #onRestart: () => void;
  /** Attempts since the source was lost. */
  #attempts = 0;
  /** Failures since the last frame. */
  #failures = 0;
  #lostAt = 0;
  #reopenedAt = Number.NEGATIVE_INFINITY;
  #loggedReason = "";

  constructor(log: Logger, limits: BackoffLimits, onRestart: () => void = () => undefined) {
    this.#log = log;
    this.#backoff = new Backoff(limits);
    this.#onRestart = onRestart;
  }

  get exhausted(): boolean {
    return this.#failures >= maxFailures;
  }

  /** The source was lost, or did not open again. Returns the time to wait before the next attempt, ms. */
  onFailure(error: unknown): number {
    if (this.#attempts === 0) this.#lostAt = performance.now();
    this.#attempts++;
    this.#failures++;
    this.#onRestart();
    const wait = this.#backoff.next();
    const reason = describe(error);
    const kind = withoutDurations(reason);
    const level = kind === this.#loggedReason ? "debug" : "warn";
    const text = `lost the camera: ${reason}. Opening it again in ${(wait / 1000).toFixed(1)} s`;
    this.#log[level](eventFields("camera_lost", error), text);
    this.#loggedReason = kind;
    return wait;
  }

  /** The source is open again, after a loss or a pause. */
  onReopened(): void {
    this.#reopenedAt = performance.now();
    if (this.#attempts === 0) return;
    const seconds = ((performance.now() - this.#lostAt) / 1000).toFixed(1);
    const attempts = this.#attempts === 1 ? "" : ` and ${this.#attempts} attempts`;
    const text = `the camera delivers frames again, after ${seconds} s${attempts}`;
    this.#log.info(eventFields("camera_reopened"), text);
    this.#attempts = 0;
    this.#loggedReason = "";
  }

  /** Frames were analyzed. */
  onProgress(): void {
    this.#failures = 0;
    if (performance.now() - this.#reopenedAt > stableTime) this.#backoff.reset();
  }
}
