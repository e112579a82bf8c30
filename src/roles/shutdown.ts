import { setMaxListeners } from "node:events";
import type { Logger } from "../base/log.ts";
import { eventFields } from "../base/log-events.ts";
import type { ProcessHost } from "./process-host.ts";

/** Part of the grace period that is kept for disconnecting from the brokers. */
const disconnectShare = 0.1;

/** How a run is asked to end, and by when. */
export interface Shutdown {
  /** Aborts at the first signal or failure: stop receiving, finish what is in flight. */
  readonly stop: AbortSignal;
  /** Aborts at the end of the grace period, less what disconnecting takes. */
  readonly deadline: AbortSignal;
  /** The failure that ends the run. */
  readonly failure: Error | undefined;
  /** Ends the run with this error. */
  fail(error: Error): void;
}

/**
 * The first signal starts the grace period (`--grace`, seconds; its default is in settings/common-options.ts), at whose end the
 * process exits whatever is still in flight; a second signal exits immediately with code 1.
 */
export function handleShutdown(graceSeconds: number, host: ProcessHost, log: Logger): Shutdown {
  const stop = new AbortController();
  const deadline = new AbortController();
  // Every message in flight listens to them; Node.js warns of a leak above ten listeners.
  setMaxListeners(0, stop.signal, deadline.signal);
  let failure: Error | undefined;
  const begin = () => {
    if (stop.signal.aborted) return;
    stop.abort();
    setTimeout(() => deadline.abort(), graceSeconds * 1000 * (1 - disconnectShare));
    setTimeout(() => (failure ? host.fail(failure) : host.exit(0)), graceSeconds * 1000);
  };
  host.onSignal((reason) => {
    if (stop.signal.aborted) host.exit(1);
    else
      log.info(
        eventFields("stopping"),
        `${reason}: finishing what is in flight; a second signal exits immediately`,
      );
    begin();
  });
  return {
    stop: stop.signal,
    deadline: deadline.signal,
    get failure() {
      return failure;
    },
    fail(error) {
      failure ??= error;
      begin();
    },
  };
}
