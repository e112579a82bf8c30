import { randomBytes } from "node:crypto";
import { refused, UserError } from "../../base/errors.ts";
import type { Broker } from "../broker.ts";
import { dial, type Link } from "../link.ts";
import type { Qos } from "../publisher.ts";
import { announcedLimits } from "./limits.ts";
import { probeTopic } from "./message.ts";
import { probeNetwork } from "./network.ts";
import { ProbeSession } from "./session.ts";
import { type Finding, type Report, runStep, type StepName } from "./step.ts";

export interface ProbeOptions {
  readonly filter: string;
  /** The highest quality of service that must work; those above are tried and told. */
  readonly qos: Qos;
  /** Longest wait to be connected, and for each answer after that, milliseconds. */
  readonly timeout: number;
  readonly report: Report;
}

/** Longest wait for one answer of a connected broker, milliseconds; QoS 2 takes three times the line's round trip. */
const answerTimeout = 5000;

/**
 * Does all that a role does at a broker, step by step. Rejects with the UserError of what failed. Leaves nothing there:
 * its session ends with the connection, and no role sees its messages.
 */
export async function probeBroker(broker: Broker, options: ProbeOptions): Promise<void> {
  const { report, timeout } = options;
  // Loading it takes some 300 ms, which are not the broker's.
  await import("mqtt");
  const until = Date.now() + timeout;
  await probeNetwork(broker, until, report);
  const left = Math.max(1, until - Date.now());
  const { link } = await runStep({ step: "connect" }, broker, report, () => connect(broker, left));
  const session = new ProbeSession(link, broker, Math.min(timeout, answerTimeout));
  try {
    await runStep({ step: "limits" }, broker, report, async () => announcedLimits(link, broker));
    await runStep({ step: "subscribe" }, broker, report, () => subscribe(session, link, broker, options));
    await roundTrips(session, link, broker, options);
  } finally {
    session.close();
  }
}

async function connect(broker: Broker, timeout: number): Promise<Finding & { link: Link }> {
  const link = await dial(broker, { durable: false, timeout });
  const { version, sessionPresent } = link;
  const fellBack = version === "3.1.1" && broker.version === "auto" ? " (it refused MQTT 5)" : "";
  const { clientId } = broker;
  const detail = `MQTT ${version}${fellBack}, ${sessionPresent ? "session resumed" : "new session"}, client id ${clientId}`;
  return { detail, facts: { protocol: version, sessionPresent, clientId }, link };
}

async function subscribe(
  session: ProbeSession,
  { announced }: Link,
  { href }: Broker,
  { filter, qos }: ProbeOptions,
): Promise<Finding> {
  const granted = await session.subscribe(filter, (announced.maximumQoS ?? 2) as Qos);
  if (granted < qos) {
    throw refused(
      `the broker ${href} granted QoS ${granted} for ${filter} where ${qos} is needed`,
      `Let it allow QoS ${qos}, or give --qos ${granted}`,
    );
  }
  return { detail: `${filter}, granted QoS ${granted}`, facts: { filter, grantedQos: granted } };
}

/** Tries each QoS; rejects with the failure of the highest that is needed: from QoS 1 on a broker says why. */
async function roundTrips(
  session: ProbeSession,
  link: Link,
  broker: Broker,
  options: ProbeOptions,
): Promise<void> {
  const topic = probeTopic(options.filter, randomBytes(4).toString("hex"));
  let failure: unknown;
  for (const qos of [0, 1, 2] as const) {
    const step: StepName = `qos${qos}`;
    const needed = qos <= options.qos;
    if (!session.open && (failure || !needed)) break;
    const head = needed ? { step } : { step, required: false as const };
    const work = () => roundTrip(session, link, broker, topic, qos);
    await runStep(head, broker, options.report, work).catch((error) => {
      if (needed || !(error instanceof UserError)) failure = error;
    });
  }
  if (failure) throw failure;
}

async function roundTrip(
  session: ProbeSession,
  { announced }: Link,
  { href }: Broker,
  topic: string,
  qos: Qos,
): Promise<Finding> {
  const highest = announced.maximumQoS ?? 2;
  // To publish it all the same is a protocol error [MQTT-3.2.2-11].
  if (qos > highest)
    throw refused(`the broker ${href} allows QoS ${highest} at most`, `Give --qos ${highest}`);
  const came = await session.roundTrip(topic, qos);
  if (came < qos) throw refused(`a message to ${topic} with QoS ${qos} came back with QoS ${came}`);
  return { detail: `there and back on ${topic}`, facts: { topic } };
}
