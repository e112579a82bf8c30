import { UserError } from "../errors.ts";
import { systemCode } from "../system-errors.ts";

/** The result of a step of a check, for a person and for a machine. */
export interface Finding {
  readonly detail: string;
  readonly facts?: Readonly<Record<string, unknown>> | undefined;
  /** How long it took, milliseconds; absent: as long as the step ran. */
  readonly ms?: number | undefined;
}

export interface Step<Name extends string = string> extends Finding {
  readonly step: Name;
  readonly ok: boolean;
  /** Duration, milliseconds. */
  readonly ms: number;
  /** Why it failed, and what to do. */
  readonly error?: UserError | undefined;
  /** `false`: nothing that was asked for depends on it. */
  readonly required?: false | undefined;
}

export type Report = (step: Step) => void;

/** Runs one step and reports it; returns the result of `work`, or rejects with the UserError that was reported. */
export type RunStep<Name extends string> = <F extends Finding>(
  step: Name,
  work: () => F | Promise<F>,
  isRequired?: boolean,
) => Promise<F>;

/** `toError` explains what the network, the system or a library threw. */
export function stepRunner<Name extends string>(
  toError: (error: unknown) => UserError,
  report: Report,
): RunStep<Name> {
  return async (step, work, isRequired = true) => {
    const start = performance.now();
    const head = (ms = performance.now() - start) => {
      const rounded = Math.round(ms * 10) / 10;
      return { step, ms: rounded, required: isRequired ? undefined : (false as const) };
    };
    try {
      const found = await work();
      const { detail, facts, ms } = found;
      report({ ...head(ms), ok: true, detail, facts });
      return found;
    } catch (error) {
      // An error without a code is not the network's: a bug keeps its stack.
      if (!(error instanceof UserError) && systemCode(error) === "") throw error;
      const reason = toError(error);
      report({ ...head(), ok: false, detail: reason.message, error: reason });
      throw reason;
    }
  };
}
