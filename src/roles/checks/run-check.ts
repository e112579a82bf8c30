import { doneBefore } from "../../base/abort.ts";
import { describe, UserError } from "../../base/errors.ts";
import { eventFields } from "../../base/log-events.ts";
import { keepTrying } from "../../base/retry.ts";
import type { Report, Step } from "../../base/steps/step.ts";
import type { RoleContext } from "../role.ts";

export interface Check {
  /** Runs all steps once; rejects with the UserError of the step that failed. `timeout`: for what it waits for, ms. */
  readonly attempt: (report: Report, timeout: number) => Promise<void>;
  /** Longest wait for the other side in one attempt, milliseconds. */
  readonly timeout: number;
  /** Keep trying for this long, seconds; absent: one attempt. */
  readonly wait: number | undefined;
  /** Print nothing, not even why it tries again. */
  readonly quiet: boolean;
  readonly report: Report;
}

/** One attempt; or with `wait` as many as it takes: then the steps of the last one alone are shown. */
export async function runCheck(check: Check, context: RoleContext): Promise<void> {
  const { attempt, timeout, wait, report } = check;
  if (wait === undefined) await stoppable(attempt(report, timeout), context);
  else await keepChecking(check, wait, context);
}

/** Tries until every step succeeds or the time is over. */
async function keepChecking(check: Check, seconds: number, context: RoleContext): Promise<void> {
  const { log, stop } = context;
  const deadline = Date.now() + seconds * 1000;
  let steps: Step[] = [];
  const attempt = () => {
    const current: Step[] = [];
    steps = current;
    // An attempt that starts just before the deadline still gets a second.
    const timeout = Math.min(check.timeout, Math.max(1000, deadline - Date.now()));
    return stoppable(
      check.attempt((step) => void current.push(step), timeout),
      context,
    );
  };
  let warned = "";
  const onRetry = (error: unknown) => {
    const reason = describe(error);
    if (!check.quiet && reason !== warned) {
      const left = Math.ceil((deadline - Date.now()) / 1000);
      log.warn(eventFields("connect_retry", error), `${reason}; trying for ${left} s`);
    }
    warned = reason;
  };
  const isTransient = (error: unknown) => error instanceof UserError;
  try {
    const limits = { min: 200, max: 2000 };
    await keepTrying(attempt, { signal: stop, limits, deadline, isTransient, onRetry });
  } finally {
    for (const step of steps) check.report(step);
  }
}

/** Rejects when the role is stopped first: then it is not known whether the other side can do what is needed. */
async function stoppable(work: Promise<void>, { stop }: RoleContext): Promise<void> {
  if (!(await doneBefore(work, stop))) throw new UserError("STOPPED", "stopped before the check was done");
}
