import { UserError } from "../../base/errors.ts";
import { systemCode } from "../../base/system-errors.ts";
import type { Broker } from "../broker.ts";
import { brokerError } from "../mqtt-errors.ts";

export type StepName =
  | "dns"
  | "tcp"
  | "tls"
  | "connect"
  | "limits"
  | "shared"
  | "subscribe"
  | "qos0"
  | "qos1"
  | "qos2";

/** The result of a step, for a person and for a machine. */
export interface Finding {
  readonly detail: string;
  readonly facts?: Readonly<Record<string, unknown>> | undefined;
}

export interface Step extends Finding {
  readonly step: StepName;
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
export type RunStep = <F extends Finding>(
  step: StepName,
  work: () => F | Promise<F>,
  isRequired?: boolean,
) => Promise<F>;

export function stepRunner(broker: Broker, report: Report): RunStep {
  return async (step, work, isRequired = true) => {
    const start = performance.now();
    const head = () => {
      const ms = Math.round((performance.now() - start) * 10) / 10;
      return { step, ms, required: isRequired ? undefined : (false as const) };
    };
    try {
      const found = await work();
      const { detail, facts } = found;
      report({ ...head(), ok: true, detail, facts });
      return found;
    } catch (error) {
      // An error without a code is not the network's: a bug keeps its stack.
      if (!(error instanceof UserError) && systemCode(error) === "") throw error;
      const reason = brokerError(error, broker);
      report({ ...head(), ok: false, detail: reason.message, error: reason });
      throw reason;
    }
  };
}
