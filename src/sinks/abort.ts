import { SinkError } from "./sink.ts";

/**
 * `work`'s result, unless `signal` aborts first: then a transient SinkError, at once. The work itself may still
 * come to its end, which does no harm as a repeat is a no-op.
 */
export async function unlessAborted<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const stopped = () => new SinkError("stopped before it was written", true, { cause: signal.reason });
  if (signal.aborted) throw stopped();
  let stop = () => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(stopped());
    signal.addEventListener("abort", stop);
  });
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
