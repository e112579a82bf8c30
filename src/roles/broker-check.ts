import { brokerOptions } from "../settings/broker.ts";
import { defineRole } from "./role.ts";
export const brokerCheck = defineRole({
  name: "broker-check",
  summary: "Says whether a broker can do what a role needs, and if not, why and what to do",
  examples: [],
  options: brokerOptions,
  async run() {},
});
