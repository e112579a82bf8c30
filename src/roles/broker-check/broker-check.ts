import type { Step } from "../../base/steps/step.ts";
import { probeBroker } from "../../mqtt/probe/probe-broker.ts";
import { readShareName, readTopicFilter } from "../../mqtt/topics.ts";
import { brokerOptions } from "../../settings/broker.ts";
import { option } from "../../settings/option.ts";
import { loginFaults, stableClientId, toBroker } from "../broker-connection.ts";
import { stepToJson, stepToText } from "../checks/format-step.ts";
import { checkFaults, checkOptions } from "../checks/options.ts";
import { runCheck } from "../checks/run-check.ts";
import { defineRole } from "../role.ts";
import { stepLabels } from "./step-labels.ts";

const options = {
  topic: option("FILTER", "topic filter to subscribe to; a topic it matches is published to", readFilter, {
    fallback: "faces/#",
  }),
  share: option("GROUP", "also check that shared subscriptions deliver, for store --share", readShareName),
  ...checkOptions,
  ...brokerOptions,
  qos: { ...brokerOptions.qos, summary: "highest quality of service that must work: 0, 1 or 2" },
  clientId: {
    ...brokerOptions.clientId,
    summary: "client identifier; the check adds -check, so that it disconnects no role",
    fallbackNote: "role and host name",
  },
  connectTimeout: { ...brokerOptions.connectTimeout, summary: "longest wait for one attempt to connect" },
};

// The limits came with the CONNACK.
const format = { labels: stepLabels, timeless: ["limits"], notRequired: "not needed with this --qos" };

export const brokerCheck = defineRole({
  name: "broker-check",
  summary: "Checks whether a broker can do what a role needs, and if not, says why and what to do",
  examples: [
    "facepipe broker-check",
    "facepipe broker-check --broker mqtts://cloud.example --ca ca.pem --username edge --password-file secret",
    "facepipe broker-check --broker mqtt://edge --wait 60 --quiet && facepipe detect --camera 0",
  ],
  options,
  isCheck: true,
  check: (settings) => [...loginFaults({ ...settings, url: settings.broker }), ...checkFaults(settings)],
  async run(settings, context) {
    const { clientId, connectTimeout, topic, qos, share, json, quiet, wait } = settings;
    // A session of its own: with a role's identifier it would disconnect that role and end its session.
    const login = clientId === undefined ? settings : { ...settings, clientId: `${clientId}-check` };
    const broker = toBroker(settings.broker, login, stableClientId("broker-check"), connectTimeout);
    const report = (step: Step) => {
      if (!quiet) context.print(json ? stepToJson(step) : stepToText(step, format, context.style));
    };
    const check = {
      attempt: (each: typeof report, timeout: number) =>
        probeBroker(broker, { filter: topic, qos, share, timeout, report: each }),
      timeout: connectTimeout * 1000,
      wait,
      quiet,
      report,
    };
    await runCheck(check, context);
    return {};
  },
});

/** Refuses a share name: as a member of the group the check would receive messages meant for the others. */
function readFilter(text: string): string {
  if (text.startsWith("$share/")) throw new Error("must be without $share/GROUP/");
  return readTopicFilter(text);
}
