import { setTimeout as delay } from "node:timers/promises";

/** Waits `ms` milliseconds, or until `signal` aborts; resolves either way. */
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
