import { deferred } from "../../base/deferred.ts";
import { withCommon } from "../../settings/common-options.ts";
import type { Options, Settings } from "../../settings/option.ts";
import { type Flags, readSettings } from "../../settings/read-settings.ts";
import type { Role, RoleContext, RoleSummary } from "../role.ts";

/** A role that runs beside others in this process. */
export interface RunningRole {
  /** The end of the role; rejects with the error that ended it. */
  readonly done: Promise<RoleSummary>;
  /** Asks the role to finish what is in flight; resolves when it has ended. */
  stop(): Promise<RoleSummary>;
}

/**
 * Starts a role with its own log name, labels and stop signal. Resolves when the role is ready, or has ended; rejects
 * when it fails before. `more` are settings that no flag can express.
 */
export async function startRole<O extends Options>(
  role: Role<O>,
  flags: Flags,
  context: RoleContext,
  more: Partial<Settings<O>> = {},
): Promise<RunningRole> {
  const { settings, faults } = readSettings(withCommon(role.options), flags, {});
  if (faults.length > 0) throw new Error(`${role.name}: ${faults.join("; ")}`);
  const stop = new AbortController();
  const abort = () => stop.abort();
  // Until it is ready nothing flows: the order in which roles stop does not matter yet.
  context.stop.addEventListener("abort", abort, { once: true });
  if (context.stop.aborted) abort();
  const ready = deferred();
  const done = role.run({ ...settings, ...more } as Settings<O>, {
    ...context,
    log: context.log.child({ role: role.name }),
    labels: { role: role.name },
    stop: stop.signal,
    // The embedded brokers keep their queues in memory only.
    drainOnStop: true,
    ready: ready.resolve,
  });
  done.catch(context.fail);
  await Promise.race([ready.promise, done]);
  context.stop.removeEventListener("abort", abort);
  return {
    done,
    stop: () => {
      abort();
      return done;
    },
  };
}
