import { doneBefore } from "../../base/abort.ts";
import { describe, UserError } from "../../base/errors.ts";
import { eventFields } from "../../base/log-events.ts";
import { keepTrying } from "../../base/retry.ts";
import type { Broker } from "../../mqtt/broker.ts";
import { type ProbeOptions, probeBroker } from "../../mqtt/probe/probe-broker.ts";
import type { Step } from "../../mqtt/probe/step.ts";
import { readShareName, readTopicFilter } from "../../mqtt/topics.ts";
import { brokerOptions } from "../../settings/broker.ts";
import { flag, numberBetween, option } from "../../settings/option.ts";
import { loginFaults, stableClientId, toBroker } from "../broker-connection.ts";
import { defineRole, type RoleContext } from "../role.ts";
import { stepToJson, stepToText } from "./format-step.ts";

const options = {
  topic: option("FILTER", "topic filter to subscribe to; a topic it matches is published to", readFilter, {
    fallback: "faces/#",
  }),
  share: option("GROUP", "also check that shared subscriptions deliver, for store --share", readShareName),
  wait: option("SECONDS", "keep trying for this long, until every step succeeds", numberBetween(0), {
    fallbackNote: "one attempt",
  }),
  json: flag("print JSON lines for machines"),
  quiet: flag("print nothing on stdout; the exit code is the result"),
  ...brokerOptions,
  qos: { ...brokerOptions.qos, summary: "highest quality of service that must work: 0, 1 or 2" },
  clientId: {
    ...brokerOptions.clientId,
    summary: "client identifier; the check adds -check, so that it disconnects no role",
    fallbackNote: "role and host name",
  },
  connectTimeout: { ...brokerOptions.connectTimeout, summary: "longest wait for one attempt to connect" },
};

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
  check: (settings) => [
    ...loginFaults({ ...settings, url: settings.broker }),
    ...(settings.json && settings.quiet ? ["--json and --quiet cannot both be set"] : []),
  ],
  async run(settings, context) {
    const { clientId, connectTimeout, topic, qos, share, json, quiet, wait } = settings;
    // A session of its own: with a role's identifier it would disconnect that role and end its session.
    const login = clientId === undefined ? settings : { ...settings, clientId: `${clientId}-check` };
    const broker = toBroker(settings.broker, login, stableClientId("broker-check"), connectTimeout);
    const report = (step: Step) => {
      if (!quiet) context.print(json ? stepToJson(step) : stepToText(step, context.style));
    };
    const plan = { filter: topic, qos, share, timeout: connectTimeout * 1000, report };
    if (wait === undefined) await stoppable(probeBroker(broker, plan), context);
    else await keepChecking(broker, plan, wait, quiet, context);
    return {};
  },
});

/** Tries until every step succeeds or the time is over; shows the steps of the last attempt alone. */
async function keepChecking(
  broker: Broker,
  plan: ProbeOptions,
  seconds: number,
  quiet: boolean,
  context: RoleContext,
): Promise<void> {
  const { log, stop } = context;
  const deadline = Date.now() + seconds * 1000;
  let steps: Step[] = [];
  const check = () => {
    const current: Step[] = [];
    steps = current;
    // An attempt that starts just before the deadline still gets a second.
    const timeout = Math.min(plan.timeout, Math.max(1000, deadline - Date.now()));
    const report = (step: Step) => void current.push(step);
    return stoppable(probeBroker(broker, { ...plan, timeout, report }), context);
  };
  let warned = "";
  const onRetry = (error: unknown) => {
    const reason = describe(error);
    if (!quiet && reason !== warned) {
      const left = Math.ceil((deadline - Date.now()) / 1000);
      log.warn(eventFields("connect_retry", error), `${reason}; trying for ${left} s`);
    }
    warned = reason;
  };
  const isTransient = (error: unknown) => error instanceof UserError;
  try {
    const limits = { min: 200, max: 2000 };
    await keepTrying(check, { signal: stop, limits, deadline, isTransient, onRetry });
  } finally {
    for (const step of steps) plan.report(step);
  }
}

/** Rejects when the role is stopped first: then it is not known whether the broker can do what is needed. */
async function stoppable(work: Promise<void>, { stop }: RoleContext): Promise<void> {
  if (!(await doneBefore(work, stop))) throw new UserError("STOPPED", "stopped before the check was done");
}

/** Refuses a share name: as a member of the group the check would receive messages meant for the others. */
function readFilter(text: string): string {
  if (text.startsWith("$share/")) throw new Error("must be without $share/GROUP/");
  return readTopicFilter(text);
}
