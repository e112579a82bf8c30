import { doneBefore } from "../../base/abort.ts";
import { describe, UserError, unreachable } from "../../base/errors.ts";
import { eventFields } from "../../base/log-events.ts";
import { Backoff } from "../../base/retry.ts";
import { sleep } from "../../base/time.ts";
import type { Broker } from "../../mqtt/broker.ts";
import { type ProbeOptions, probeBroker } from "../../mqtt/probe/probe-broker.ts";
import type { Step } from "../../mqtt/probe/step.ts";
import { readTopicFilter } from "../../mqtt/topics.ts";
import { brokerOptions } from "../../settings/broker.ts";
import { flag, numberBetween, option } from "../../settings/option.ts";
import { loginFaults, stableClientId, toBroker } from "../broker-connection.ts";
import { defineRole, type RoleContext } from "../role.ts";
import { stepToJson, stepToText } from "./format-step.ts";

const options = {
  topic: option("FILTER", "topic filter to subscribe to; a topic it matches is published to", readFilter, {
    fallback: "faces/#",
  }),
  wait: option("SECONDS", "keep trying for so long, until all is well", numberBetween(0), {
    fallbackNote: "one try",
  }),
  json: flag("print JSON lines for machines"),
  quiet: flag("print nothing on stdout; the exit code says it"),
  ...brokerOptions,
  qos: { ...brokerOptions.qos, summary: "highest quality of service that must work: 0, 1 or 2" },
  clientId: {
    ...brokerOptions.clientId,
    summary: "client identifier; the check adds -check, so that it ends no role's session",
    fallbackNote: "role and host name",
  },
  connectTimeout: { ...brokerOptions.connectTimeout, summary: "longest wait for a try to be connected" },
};

export const brokerCheck = defineRole({
  name: "broker-check",
  summary: "Says whether a broker can do what a role needs, and if not, why and what to do",
  examples: [
    "facepipe broker-check",
    "facepipe broker-check --broker mqtts://cloud.example --ca ca.pem --username edge --password-file secret",
    "facepipe broker-check --broker mqtt://edge --wait 60 --quiet && facepipe detect --camera 0",
  ],
  options,
  isCheck: true,
  check: (settings) => [
    ...loginFaults({ ...settings, url: settings.broker }),
    ...(settings.json && settings.quiet ? ["--json and --quiet cannot both be given"] : []),
  ],
  async run(settings, context) {
    const { clientId } = settings;
    // Its own session: with a role's identifier it would take that role's place and end what waits for it.
    const login = clientId === undefined ? settings : { ...settings, clientId: `${clientId}-check` };
    const { connectTimeout, topic, qos, json, quiet, wait } = settings;
    const broker = toBroker(settings.broker, login, stableClientId("broker-check"), connectTimeout);
    const show =
      ({ print, style }: RoleContext) =>
      (step: Step) => {
        if (!quiet) print(json ? stepToJson(step) : stepToText(step, style));
      };
    const plan = { filter: topic, qos, timeout: connectTimeout * 1000, report: show(context) };
    if (wait === undefined) await stoppable(probeBroker(broker, plan), context);
    else await keepChecking(broker, plan, wait, quiet, context);
    return {};
  },
});

/** Tries until all is well or the time is over; shows the steps of the last try alone. */
async function keepChecking(
  broker: Broker,
  plan: ProbeOptions,
  seconds: number,
  quiet: boolean,
  context: RoleContext,
): Promise<void> {
  const { log, stop } = context;
  const until = Date.now() + seconds * 1000;
  const backoff = new Backoff({ min: 200, max: 2000 });
  let told = "";
  for (;;) {
    const steps: Step[] = [];
    // The last try, begun just before the end, still gets a second.
    const timeout = Math.min(plan.timeout, Math.max(1000, until - Date.now()));
    const mine = { ...plan, timeout, report: (step: Step) => void steps.push(step) };
    const failure = await stoppable(probeBroker(broker, mine), context).catch((error: unknown) => error);
    const over = stop.aborted || Date.now() >= until;
    if (failure === undefined || over || !(failure instanceof UserError)) {
      for (const step of steps) plan.report(step);
      if (failure !== undefined) throw failure;
      return;
    }
    const reason = describe(failure);
    if (!quiet && reason !== told)
      log.warn(
        eventFields("connect_retry", failure),
        `${reason}; trying for ${Math.ceil((until - Date.now()) / 1000)} s`,
      );
    told = reason;
    await sleep(Math.min(backoff.next(), Math.max(0, until - Date.now())), stop);
    if (stop.aborted) throw failure;
  }
}

/** A check that is stopped before its end has not found that all is well. */
async function stoppable(work: Promise<void>, { stop }: RoleContext): Promise<void> {
  if (!(await doneBefore(work, stop))) throw unreachable("stopped before the check was done");
}

/** A share name is refused: as a member of the group the check would be given pictures meant for the others. */
function readFilter(text: string): string {
  if (text.startsWith("$share/")) throw new Error("must be without $share/GROUP/");
  return readTopicFilter(text);
}
