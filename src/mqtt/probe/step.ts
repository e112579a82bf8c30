import { UserError } from "../../base/errors.ts";
import { systemCode } from "../../base/system-errors.ts";
import type { Broker } from "../broker.ts";
import { explain } from "../mqtt-errors.ts";

export type StepName = "dns" | "tcp" | "tls" | "connect" | "limits" | "subscribe" | "qos0" | "qos1" | "qos2";

/** What a step found out, for a person and for a machine. */
export interface Finding {
  readonly detail: string;
  readonly facts?: Readonly<Record<string, unknown>>;
}

export interface Step extends Finding {
  readonly step: StepName;
  readonly ok: boolean;
  /** How long it took, milliseconds. */
  readonly ms: number;
  /** Why it failed, and what to do. */
  readonly error?: UserError;
  /** `false`: nothing that was asked for depends on it. */
  readonly required?: false;
}

export type Report = (step: Step) => void;

/** Does one step and reports it; gives what `work` gives, rejects with the UserError that was reported. */
export async function runStep<F extends Finding>(
  head: Pick<Step, "step" | "required">,
  broker: Broker,
  report: Report,
  work: () => Promise<F>,
): Promise<F> {
  const begun = performance.now();
  const elapsed = () => Math.round((performance.now() - begun) * 10) / 10;
  try {
    const found = await work();
    const { detail, facts } = found;
    report({ ...head, ok: true, ms: elapsed(), detail, ...(facts ? { facts } : {}) });
    return found;
  } catch (error) {
    // What has no code is not of the network: a bug keeps its stack.
    if (!(error instanceof UserError) && systemCode(error) === "") throw error;
    const reason = explain(error, broker);
    report({ ...head, ok: false, ms: elapsed(), detail: reason.message, error: reason });
    throw reason;
  }
}
