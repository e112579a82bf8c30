import { Progress } from "../ops/health.ts";
import type { RoleContext } from "./role.ts";

/** Work may wait long for a slow or absent other side; a role that finishes nothing for so long is stuck, ms. */
const stuckAfter = 5 * 60_000;

/**
 * Shows what is in hand in the metrics, and fails /healthz when it stands still; `touch` when something is finished.
 * A broker that is away is no fault of ours: a restart would not bring it back, and would cost detect what it holds.
 */
export function watchProgress({ metrics, health }: RoleContext, inHand: () => number): Progress {
  const progress = new Progress(stuckAfter);
  Object.assign(metrics.inFlight, {
    collect() {
      metrics.inFlight.set(inHand());
    },
  });
  health.addLiveness(() => {
    if (inHand() > 0 && health.unready.length === 0)
      return progress.check("messages are in hand and none was finished");
    progress.touch();
    return undefined;
  });
  return progress;
}
