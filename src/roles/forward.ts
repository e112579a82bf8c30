import { v7 as uuidv7 } from "uuid";
import { aborted, doneBefore } from "../base/abort.ts";
import { describe, UserError, unreachable } from "../base/errors.ts";
import { eventFields } from "../base/log-events.ts";
import { keepTrying, type RetryOptions } from "../base/retry.ts";
import { letYoungGenerationGrow } from "../base/v8-heap.ts";
import { BrokerIdentity, identityTopic } from "../mqtt/broker-identity.ts";
import { forwardedProperties, RecentlyForwarded, viaOf } from "../mqtt/loop-guard.ts";
import { PacketTooLarge, Publisher } from "../mqtt/publisher.ts";
import { type IncomingMessage, Subscriber } from "../mqtt/subscriber.ts";
import { fillTopic, readTopicFilter, readTopicTemplate } from "../mqtt/topics.ts";
import { RoleWaiter } from "../mqtt/wait-for-role.ts";
import {
  afterOption,
  connectTimeout,
  loginOptions,
  prefixed,
  qos,
  readBrokerUrl,
} from "../settings/broker.ts";
import { option } from "../settings/option.ts";
import { connectionOf, loginFaults, loginOf, stableClientId, toBroker } from "./broker-connection.ts";
import { defineRole, type RoleContext } from "./role.ts";
import { watchProgress } from "./watch-progress.ts";

/** Messages in flight from the source to the target's acknowledgement; more gain nothing on a fast line. */
const window = 200;
/** Messages remembered to break loops between brokers of MQTT 3.1.1. */
const remembered = 20_000;

const options = {
  from: option("URL", "the broker to take messages from", readBrokerUrl, {
    fallback: "mqtt://localhost:1883",
  }),
  to: option("URL", "the broker to give them to", readBrokerUrl, { required: true }),
  topic: option("FILTER", "topic filter to forward", readTopicFilter, { fallback: "faces/#" }),
  remoteTopic: option(
    "TEMPLATE",
    "topic at the target; {topic} is the topic at the source",
    readTopicTemplate("topic"),
    {
      fallback: "{topic}",
    },
  ),
  after: afterOption("hand nothing over before the target keeps messages for this role"),
  qos,
  ...prefixed("from", loginOptions),
  ...prefixed("to", loginOptions),
  connectTimeout,
};

export const forward = defineRole({
  name: "forward",
  summary: "Re-publishes what one broker has to another, acknowledging only what the other has acknowledged",
  examples: [
    "facepipe forward --to mqtts://cloud.example --to-username edge --to-password-file secret",
    "facepipe forward --to mqtt://cloud.example --remote-topic 'site-a/{topic}'",
  ],
  options,
  check: (settings) => [
    ...loginFaults({ ...loginOf(settings, "from"), url: settings.from }, "from-"),
    ...loginFaults({ ...loginOf(settings, "to"), url: settings.to }, "to-"),
  ],
  async run(settings, context) {
    letYoungGenerationGrow();
    const { log, metrics, stop, deadline } = context;
    const source = connectionOf(
      toBroker(settings.from, loginOf(settings, "from"), stableClientId("forward"), settings.connectTimeout),
      { role: "forward", peer: "from", durable: true, receiveMaximum: window },
      context,
    );
    const target = connectionOf(
      toBroker(
        settings.to,
        loginOf(settings, "to"),
        stableClientId("forward", "to"),
        settings.connectTimeout,
      ),
      { role: "forward", peer: "to" },
      context,
    );
    const sourceIdentity = new BrokerIdentity(source, uuidv7());
    const targetIdentity = new BrokerIdentity(target, uuidv7());
    if (settings.after) target.add(new RoleWaiter(target, settings.after, stop));
    const publisher = new Publisher(target, window);
    const recent = new RecentlyForwarded(remembered);
    const progress = watchProgress(context, () => subscriber.inFlight);

    const patience = whileRefused(context);
    let targetReached = false;
    let reached: () => void = () => undefined;
    const reaching = new Promise<void>((resolve) => (reached = resolve));

    const forwardOne = async (message: IncomingMessage): Promise<void> => {
      if (message.topic === identityTopic) return;
      if (!targetReached && !(await doneBefore(reaching, stop)))
        throw unreachable(`stopped before ${settings.to.href} was reached`);
      await sourceIdentity.known;
      const { name } = targetIdentity;
      const returns = name !== undefined && viaOf(message.properties).includes(name);
      // Without names, or MQTT 5's properties, at both ends a message cannot say where it has been.
      const nameless = name === undefined || sourceIdentity.name === undefined;
      const remember = nameless || source.link?.version === "3.1.1" || target.link?.version === "3.1.1";
      if (returns || (remember && recent.has(message))) {
        metrics.dropped.inc({ reason: "loop" });
        log.debug(`${message.topic}: has been at the target already, not sent back`);
        return;
      }
      const onward = {
        topic: fillTopic(settings.remoteTopic, "topic", message.topic),
        payload: message.payload,
        qos: settings.qos,
        retain: message.retain,
        properties: forwardedProperties(message.properties, sourceIdentity.name),
      };
      await keepTrying(() => publisher.publish(onward), patience);
      patience.over();
      if (remember) recent.add(message);
      metrics.forwarded.inc();
      progress.touch();
    };

    const forwardOrDrop = async (message: IncomingMessage): Promise<void> => {
      try {
        await forwardOne(message);
      } catch (error) {
        if (!(error instanceof PacketTooLarge)) throw error;
        // It can never pass, and holding the line for it would hold all others.
        metrics.dropped.inc({ reason: "too_large" });
        log.error(eventFields("message_dropped", error), `${describe(error)}. The message is dropped`);
      }
    };

    const subscriber = new Subscriber(
      source,
      {
        filter: settings.topic,
        qos: settings.qos,
        asBridge: true,
        onOverflow: () => metrics.dropped.inc({ reason: "overflow" }),
      },
      forwardOrDrop,
    );
    // The source first: from now on it keeps messages for us, though the target may be away.
    await source.start(stop);
    await target.start(stop);
    if (!stop.aborted) {
      targetReached = true;
      reached();
      context.ready();
      log.info(
        eventFields("forwarding"),
        `forwarding ${settings.topic} from ${settings.from.href} to ${settings.to.href}`,
      );
      await aborted(stop);
    }
    const finished = await doneBefore(subscriber.stop(), deadline);
    if (!finished)
      log.warn(
        eventFields("stop_incomplete"),
        `not everything in hand was forwarded in time; ${settings.from.href} keeps the rest`,
      );
    await source.stop();
    await target.stop();
  },
});

/** A target that refuses a message, by its access rules for example, may be mended: the source keeps it until then. */
function whileRefused({ log, deadline }: RoleContext): RetryOptions & { over(): void } {
  let told = false;
  return {
    over: () => {
      told = false;
    },
    signal: deadline,
    limits: { min: 1000, max: 60_000 },
    isTransient: (error) => error instanceof UserError && !(error instanceof PacketTooLarge),
    onRetry: (error) => {
      if (told) log.debug(describe(error));
      else log.error(eventFields("publish_retry", error), `${describe(error)}; trying until it takes it`);
      told = true;
    },
  };
}
