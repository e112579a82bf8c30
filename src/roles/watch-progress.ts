import { Progress } from "../ops/health.ts";
import type { RoleContext } from "./role.ts";

/** A role with work in flight that finishes nothing for this long is stuck, milliseconds. */
const stuckAfter = 60_000;
/** How often it is checked whether work is in flight, milliseconds: nobody may ask /healthz for hours. */
const checkEvery = 5_000;
/**
 * A connection that is down for this long has a broker that cannot be reached, milliseconds: longer than the longest
 * wait before a reconnection and its timeout. Shorter outages are a loop of connections, which must make progress.
 */
const unreachableAfter = 30_000;

/**
 * Exposes the number of messages in flight in the metrics, and fails /healthz when none of them finishes; call `touch`
 * on each that does. While a broker cannot be reached the role counts as healthy: a restart would not reconnect it, and
 * detect without a spool would lose the faces that it holds in memory. It is different with a broker that accepts
 * connections and acknowledges nothing: those faces go nowhere, and an operator must learn of it. `why` is the reason, if
 * the role knows it.
 */
export function watchProgress(
  context: RoleContext,
  inFlight: () => number,
  why: () => string | undefined = () => undefined,
): Progress {
  const { metrics, labels, health } = context;
  const progress = new Progress(stuckAfter);
  metrics.trackInFlight(labels, inFlight);
  const check = () => {
    if (inFlight() > 0 && health.outage < unreachableAfter) {
      const stuck = progress.check("messages are in flight and none has finished");
      const reason = why();
      return stuck && reason ? `${stuck}: ${reason}` : stuck;
    }
    progress.touch();
    return undefined;
  };
  health.addLiveness(check);
  setInterval(check, checkEvery).unref();
  return progress;
}
