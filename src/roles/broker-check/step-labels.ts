import type { BrokerStep } from "../../mqtt/probe/step.ts";

export const stepLabels: Readonly<Record<BrokerStep, string>> = {
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
