import type { Style } from "../../base/terminal-style.ts";
import type { Step, StepName } from "../../mqtt/probe/step.ts";

const names: Readonly<Record<StepName, string>> = {
  dns: "DNS",
  tcp: "TCP",
  tls: "TLS",
  connect: "CONNECT",
  limits: "limits",
  shared: "shared",
  subscribe: "SUBSCRIBE",
  qos0: "QoS 0",
  qos1: "QoS 1",
  qos2: "QoS 2",
};

/** A step as one line of text for a person. */
export function stepToText({ step, ok, ms, detail, required }: Step, style: Style): string {
  const mark = ok ? style.good("✓") : required === false ? style.dim("-") : style.bad("✗");
  // The limits came with the CONNACK, so this step took no time.
  const time = step === "limits" ? "" : `${ms.toFixed(1)} ms`;
  const note = !ok && required === false ? style.dim(" (not needed with this --qos)") : "";
  return `${mark} ${style.bold(names[step].padEnd(9))} ${style.dim(time.padStart(11))}  ${detail}${note}`;
}

/** A step as one line of JSON for a machine. */
export function stepToJson({ step, ok, ms, detail, facts, error, required }: Step): string {
  const failure = error && { code: error.code, why: error.message, remedy: error.remedy };
  return JSON.stringify({ step, ok, ms, detail, ...facts, ...failure, required });
}
