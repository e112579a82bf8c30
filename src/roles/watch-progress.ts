import { Progress } from "../ops/health.ts";
import type { RoleContext } from "./role.ts";

/** A role with work in flight that finishes nothing for this long is stuck, ms; a slow target may take minutes. */
const stuckAfter = 5 * 60_000;

/**
 * Exposes the number of messages in flight in the metrics, and fails /healthz when none of them finishes; call `touch`
 * on each that does. While a broker is disconnected the role counts as healthy: a restart would not reconnect it, and
 * detect would lose the faces that it holds in memory.
 */
export function watchProgress(context: RoleContext, inFlight: () => number): Progress {
  const { metrics, labels, health } = context;
  const progress = new Progress(stuckAfter);
  metrics.trackInFlight(labels, inFlight);
  health.addLiveness(() => {
    if (inFlight() > 0 && health.readinessFailures.length === 0)
      return progress.check("messages are in flight and none has finished");
    progress.touch();
    return undefined;
  });
  return progress;
}
