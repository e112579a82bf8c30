import { setTimeout as delay } from "node:timers/promises";

/** Waits `ms` milliseconds, less when `signal` aborts; resolves either way. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return;
  await delay(ms, undefined, signal ? { signal } : {}).catch(() => undefined);
}

/** `work`'s result, or `late` when it has not settled within `ms` milliseconds. */
export async function within<T, L>(ms: number, work: Promise<T>, late: L): Promise<T | L> {
  const timer = new AbortController();
  try {
    return await Promise.race([work, delay(ms, late, { signal: timer.signal })]);
  } finally {
    timer.abort();
  }
}

export interface BackoffLimits {
  /** Shortest wait, milliseconds. */
  readonly min: number;
  /** Longest wait, milliseconds. */
  readonly max: number;
}

/**
 * Waits that grow with jitter, so that a site's devices do not come back all at once: "decorrelated jitter",
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
