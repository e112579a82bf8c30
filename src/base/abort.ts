import { deferred } from "./deferred.ts";

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = deferred();
  if (signal.aborted) resolve();
  else signal.addEventListener("abort", () => resolve(), { once: true });
  return promise;
}

/** Waits for `work` or for the signal, whichever comes first; returns whether the work finished. */
export async function doneBefore(work: Promise<unknown>, signal: AbortSignal): Promise<boolean> {
  const late = deferred<false>();
  const abort = () => late.resolve(false);
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await Promise.race([work.then(() => true), late.promise]);
  } finally {
    // Otherwise a signal that lives as long as the process would collect a listener for each piece of work.
    signal.removeEventListener("abort", abort);
  }
}

/**
 * `work`'s result; rejects with `toError`'s error as soon as `signal` aborts. Work that has started continues, but its
 * outcome is ignored.
 */
export async function unlessAborted<T>(
  signal: AbortSignal,
  work: () => Promise<T>,
  toError: (signal: AbortSignal) => Error,
): Promise<T> {
  if (signal.aborted) throw toError(signal);
  const running = work();
  if (!(await doneBefore(running, signal))) throw toError(signal);
  return running;
}
