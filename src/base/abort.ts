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
