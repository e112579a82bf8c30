/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** `work`'s end or the signal's, whichever comes first; says whether the work was done. */
export async function doneBefore(work: Promise<unknown>, signal: AbortSignal): Promise<boolean> {
  let abort: () => void = () => undefined;
  const late = new Promise<false>((resolve) => {
    abort = () => resolve(false);
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
