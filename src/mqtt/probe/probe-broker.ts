import { randomBytes } from "node:crypto";
import { UserError } from "../../base/errors.ts";
import { type Finding, type Report, stepRunner } from "../../base/steps/step.ts";
import type { Broker } from "../broker.ts";
import { dial, type Link } from "../link.ts";
import type { Qos } from "../message.ts";
import { brokerError } from "../mqtt-errors.ts";
import { announcedLimits } from "./limits.ts";
import { probeTopic } from "./message.ts";
import { probeNetwork } from "./network.ts";
import { ProbeSession } from "./session.ts";
import type { BrokerStep, RunBrokerStep } from "./step.ts";

export interface ProbeOptions {
  readonly filter: string;
  /** The highest quality of service that must work; those above are tried and reported. */
  readonly qos: Qos;
  /** A group whose members' broker must deliver to shared subscriptions. */
  readonly share?: string | undefined;
  /** Longest wait for the connection, and then for each answer, milliseconds. */
  readonly timeout: number;
  readonly report: Report;
}

/** Longest wait for one answer of a connected broker, milliseconds; QoS 2 needs three round trips. */
const answerTimeout = 5000;

/**
 * Does what a role does at a broker, step by step. Rejects with the UserError of the step that failed. Leaves nothing
 * behind: its session ends with the connection, and no role receives its messages.
 */
export async function probeBroker(broker: Broker, options: ProbeOptions): Promise<void> {
  const { filter, qos, timeout, report } = options;
  const runStep = stepRunner<BrokerStep>((error) => brokerError(error, broker), report);
  // Loaded before the clock starts: it takes some 300 ms.
  await import("mqtt");
  const deadline = Date.now() + timeout;
  await probeNetwork(broker, deadline, runStep);
  const { link } = await runStep("connect", () => connect(broker, Math.max(1, deadline - Date.now())));
  const session = new ProbeSession(link, broker, Math.min(timeout, answerTimeout));
  try {
    await runStep("limits", () => announcedLimits(link, broker));
    // First, because the broker may end the connection for one of the steps that follow.
    const shareFailure = await sharedSubscription(session, options, runStep);
    if (shareFailure && !session.isOpen) throw shareFailure;
    await runStep("subscribe", () => session.subscribe(filter, qos));
    await roundTrips(session, options, runStep);
    if (shareFailure) throw shareFailure;
  } finally {
    session.close();
  }
}

/** Returns the failure: the other steps are of interest all the same. */
async function sharedSubscription(
  session: ProbeSession,
  { filter, share }: ProbeOptions,
  runStep: RunBrokerStep,
): Promise<UserError | undefined> {
  if (share === undefined) return undefined;
  const topic = probeTopic(filter, randomBytes(4).toString("hex"));
  try {
    await runStep("shared", () => session.shared(filter, share, topic));
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  return undefined;
}

async function connect(broker: Broker, timeout: number): Promise<Finding & { link: Link }> {
  const link = await dial({ broker }, { timeout });
  const { version, sessionPresent } = link;
  const fellBack = version === "3.1.1" && broker.version === "auto" ? " (it refused MQTT 5)" : "";
  const { clientId } = broker;
  const detail = `MQTT ${version}${fellBack}, ${sessionPresent ? "session resumed" : "new session"}, client id ${clientId}`;
  return { detail, facts: { protocol: version, sessionPresent, clientId }, link };
}

/** Tries each QoS; rejects with the failure of the highest that is needed: from QoS 1 on a broker states the reason. */
async function roundTrips(
  session: ProbeSession,
  options: ProbeOptions,
  runStep: RunBrokerStep,
): Promise<void> {
  const topic = probeTopic(options.filter, randomBytes(4).toString("hex"));
  let failure: unknown;
  for (const qos of [0, 1, 2] as const) {
    const isRequired = qos <= options.qos;
    if (!session.isOpen && (failure || !isRequired)) break;
    await runStep(`qos${qos}`, () => session.roundTrip(topic, qos), isRequired).catch((error) => {
      if (isRequired || !(error instanceof UserError)) failure = error;
    });
  }
  if (failure) throw failure;
}
