import { sleep } from "./time.ts";

export interface BackoffLimits {
  /** Shortest wait, milliseconds. */
  readonly min: number;
  /** Longest wait, milliseconds. */
  readonly max: number;
}

/**
 * Waits that grow with jitter, so that the devices of a site do not all reconnect at once: "decorrelated jitter",
 * sleep = min(max, random(min, 3 * previous)). Source: AWS Architecture Blog, "Exponential Backoff And Jitter".
 */
export class Backoff {
  readonly #limits: BackoffLimits;
  #previous: number;

  constructor(limits: BackoffLimits) {
    this.#limits = limits;
    this.#previous = limits.min;
  }

  /** The next wait in milliseconds. */
  next(): number {
    const { min, max } = this.#limits;
    this.#previous = Math.min(max, min + Math.random() * (this.#previous * 3 - min));
    return this.#previous;
  }

  /** Starts from the shortest wait again: after a success. */
  reset(): void {
    this.#previous = this.#limits.min;
  }
}

export interface RetryOptions {
  readonly signal: AbortSignal;
  readonly limits: BackoffLimits;
  /** A failure after this time is final, milliseconds since 1970; absent: no limit. */
  readonly deadline?: number | undefined;
  /** Whether another attempt may succeed; `attempt` counts from 1. */
  readonly isTransient: (error: unknown, attempt: number) => boolean;
  /** Called after each failure that is retried. */
  readonly onRetry?: ((error: unknown, attempt: number) => void) | undefined;
}

/**
 * `work`'s result, trying for as long as it fails transiently; rejects with its last error once `signal` aborts or the
 * deadline has passed.
 */
export async function keepTrying<T>(work: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { signal, limits, deadline = Number.POSITIVE_INFINITY, isTransient, onRetry } = options;
  const backoff = new Backoff(limits);
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted || !isTransient(error, attempt) || Date.now() >= deadline) throw error;
      onRetry?.(error, attempt);
      await sleep(Math.min(backoff.next(), Math.max(0, deadline - Date.now())), signal);
      if (signal.aborted) throw error;
    }
  }
}
