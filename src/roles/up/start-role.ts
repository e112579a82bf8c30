import { deferred } from "../../base/deferred.ts";
import { withCommon } from "../../settings/common-options.ts";
import { type Flags, flagLayer } from "../../settings/given.ts";
import type { Options } from "../../settings/option.ts";
import { readSettings } from "../../settings/read-settings.ts";
import type { Role, RoleContext, RoleSettings, RoleSummary } from "../role.ts";

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
export async function startRole<O extends Options, C extends Options>(
  role: Role<O, C>,
  flags: Flags,
  context: RoleContext,
  more: Partial<RoleSettings<O, C>> = {},
): Promise<RunningRole> {
  const { settings, faults } = readSettings(withCommon(role.options), [flagLayer(flags)]);
  if (faults.length > 0) throw new Error(`${role.name}: ${faults.map(({ text }) => text).join("; ")}`);
  const stop = new AbortController();
  const abort = () => stop.abort();
  // Until it is ready nothing flows: the order in which roles stop does not matter yet.
  context.stop.addEventListener("abort", abort, { once: true });
  if (context.stop.aborted) abort();
  const ready = deferred();
  const done = role.run({ cameras: [], ...settings, ...more } as RoleSettings<O, C>, {
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
