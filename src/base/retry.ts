import { Backoff, type BackoffLimits, sleep } from "./time.ts";

export interface RetryOptions {
  readonly signal: AbortSignal;
  readonly limits: BackoffLimits;
  readonly isTransient: (error: unknown) => boolean;
  /** Hears of each failure that will be tried again. */
  readonly onRetry: (error: unknown, attempt: number) => void;
}

/** `work`'s result, trying for as long as it fails transiently; rejects with its last error once `signal` aborts. */
export async function keepTrying<T>(work: () => Promise<T>, options: RetryOptions): Promise<T> {
  const backoff = new Backoff(options.limits);
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (options.signal.aborted || !options.isTransient(error)) throw error;
      options.onRetry(error, attempt);
      await sleep(backoff.next(), options.signal);
      if (options.signal.aborted) throw error;
    }
  }
}
