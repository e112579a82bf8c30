import { defineRole } from "./role.ts";
export const up = defineRole({
  name: "up",
  summary: "The whole line on one machine, both brokers embedded",
  examples: [],
  options: {},
  async run() {},
});
