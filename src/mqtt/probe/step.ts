import type { RunStep } from "../../base/steps/step.ts";

export type BrokerStep =
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

export type RunBrokerStep = RunStep<BrokerStep>;
