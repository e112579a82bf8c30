import { withCommon } from "../../settings/common.ts";
import type { Options, Settings } from "../../settings/option.ts";
import { type Flags, readSettings } from "../../settings/read.ts";
import type { Role, RoleContext } from "../role.ts";

/** A role that runs beside others in this process. */
export interface RunningRole {
  /** The role's end; rejects with what it failed of. */
  readonly done: Promise<void>;
  /** Tells it to finish what is in hand; resolves when it has ended. */
  stop(): Promise<void>;
}

/** Starts a role with its own log name and its own stop; resolves when it is ready, rejects when it fails before. */
export async function startRole<O extends Options>(
  role: Role<O>,
  flags: Flags,
  context: RoleContext,
  more: Partial<Settings<O>> = {},
): Promise<RunningRole> {
  const { settings, faults } = readSettings(withCommon(role.options), flags, {});
  if (faults.length > 0) throw new Error(`${role.name}: ${faults.join("; ")}`);
  const stop = new AbortController();
  // While it starts nothing flows yet: the order of stopping does not matter.
  const giveUp = () => stop.abort();
  context.stop.addEventListener("abort", giveUp, { once: true });
  if (context.stop.aborted) giveUp();
  let ready: () => void = () => undefined;
  const isReady = new Promise<void>((resolve) => (ready = resolve));
  const log = context.log.child({ role: role.name });
  const all = { ...settings, ...more } as Settings<O>;
  const done = role.run(all, { ...context, log, stop: stop.signal, ready });
  done.catch(context.fail);
  await Promise.race([isReady, done]);
  context.stop.removeEventListener("abort", giveUp);
  return {
    done,
    stop: () => {
      stop.abort();
      return done;
    },
  };
}
