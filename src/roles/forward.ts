import { v7 as uuidv7 } from "uuid";
import { aborted, doneBefore } from "../base/abort.ts";
import { deferred } from "../base/deferred.ts";
import { describe, hasCode, UserError } from "../base/errors.ts";
import { eventFields } from "../base/log-events.ts";
import { keepTrying, type RetryOptions } from "../base/retry.ts";
import { letYoungGenerationGrow } from "../base/v8-heap.ts";
import { BrokerIdentity } from "../mqtt/broker-identity.ts";
import { forwardedProperties } from "../mqtt/forwarded-properties.ts";
import { LoopGuard } from "../mqtt/loop-guard.ts";
import type { IncomingMessage, OutgoingMessage } from "../mqtt/message.ts";
import { Publisher } from "../mqtt/publisher.ts";
import { Subscriber } from "../mqtt/subscriber.ts";
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
import { stopReceiving } from "./stop-receiving.ts";
import { watchProgress } from "./watch-progress.ts";

/** Messages in flight from the source to the target's acknowledgement; more were no faster on a fast uplink. */
const window = 200;
/** Waits before a message is published again that the target refused, milliseconds. */
const publishRetryLimits = { min: 1000, max: 60_000 };

const options = {
  from: option("URL", "the broker to subscribe at (source)", readBrokerUrl, {
    fallback: "mqtt://localhost:1883",
  }),
  to: option("URL", "the broker to publish to (target)", readBrokerUrl, { required: true }),
  topic: option("FILTER", "topic filter to subscribe to", readTopicFilter, { fallback: "faces/#" }),
  remoteTopic: option(
    "TEMPLATE",
    "topic at the target; {topic} is the topic at the source",
    readTopicTemplate("topic"),
    { fallback: "{topic}" },
  ),
  after: afterOption("publish to the target only after this role has subscribed there"),
  qos,
  ...prefixed("from", loginOptions),
  ...prefixed("to", loginOptions),
  connectTimeout,
};

export const forward = defineRole({
  name: "forward",
  summary: "Republishes the messages of one broker at another; acknowledges only what the other acknowledged",
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
    const { log, metrics, stop } = context;
    const { from, to, topic: filter, remoteTopic, qos, connectTimeout } = settings;
    const source = connectionOf(
      toBroker(from, loginOf(settings, "from"), stableClientId("forward"), connectTimeout),
      { role: "forward", peer: "from", durable: true, receiveMaximum: window },
      context,
    );
    const target = connectionOf(
      toBroker(to, loginOf(settings, "to"), stableClientId("forward", "to"), connectTimeout),
      { role: "forward", peer: "to" },
      context,
    );
    const sourceIdentity = source.add(new BrokerIdentity(source, uuidv7()));
    const targetIdentity = target.add(new BrokerIdentity(target, uuidv7()));
    if (settings.after) target.add(new RoleWaiter(target, settings.after, stop));
    const publisher = target.add(new Publisher(target, window));
    const publish = publishUntilAccepted(publisher, context);
    const loopGuard = new LoopGuard(sourceIdentity, targetIdentity);
    const progress = watchProgress(context, () => subscriber.inFlight);
    const targetReached = deferred();
    let targetWasReached = false;
    let count = 0;

    const forwardOne = async (message: IncomingMessage): Promise<void> => {
      if (!targetWasReached && !(await doneBefore(targetReached.promise, stop)))
        throw new UserError("STOPPED", `stopped before ${to.href} was reached`);
      await sourceIdentity.known;
      if (loopGuard.isLoop(message)) {
        metrics.drop("loop");
        log.debug(`${message.topic}: was at the target already, not sent back`);
        return;
      }
      await publish({
        topic: fillTopic(remoteTopic, "topic", message.topic),
        payload: message.payload,
        qos,
        retain: message.retain,
        properties: forwardedProperties(message.properties, sourceIdentity.name),
      });
      loopGuard.delivered(message);
      metrics.forwarded.inc();
      count++;
      progress.touch();
    };

    const forwardOrDrop = async (message: IncomingMessage): Promise<void> => {
      try {
        await forwardOne(message);
      } catch (error) {
        if (!hasCode(error, "MESSAGE_TOO_LARGE")) throw error;
        // It can never pass, and to wait for it would block all messages behind it.
        metrics.drop("too_large");
        log.error(eventFields("message_dropped", error), `${describe(error)}. The message is dropped`);
      }
    };

    const onOverflow = () => metrics.drop("overflow");
    const subscription = { filter, qos, asBridge: true, onOverflow };
    const subscriber = source.add(new Subscriber(source, subscription, forwardOrDrop));
    // The source first: from then on it queues messages for us, even while the target is unreachable.
    await source.start(stop);
    await target.start(stop);
    if (!stop.aborted) {
      targetWasReached = true;
      targetReached.resolve();
      context.ready();
      log.info(eventFields("forwarding"), `forwarding ${filter} from ${from.href} to ${to.href}`);
      await aborted(stop);
    }
    if (!(await stopReceiving(subscriber, context.drainOnStop && targetWasReached, context))) {
      const message = `the grace period ended before everything in flight was forwarded; ${from.href} queues the rest`;
      log.warn(eventFields("stop_incomplete"), message);
    }
    await source.stop();
    await target.stop();
    return { forwarded: count };
  },
});

/**
 * Publishes until the target accepts the message: an operator may change the access rules that refuse it, and until
 * then the source queues it. Each series of refusals is logged once.
 */
function publishUntilAccepted(publisher: Publisher, { log, deadline }: RoleContext) {
  let refused = false;
  const retry: RetryOptions = {
    signal: deadline,
    limits: publishRetryLimits,
    isTransient: (error) => error instanceof UserError && !hasCode(error, "MESSAGE_TOO_LARGE"),
    onRetry: (error) => {
      if (refused) log.debug(describe(error));
      else
        log.error(eventFields("publish_retry", error), `${describe(error)}; retrying until it is accepted`);
      refused = true;
    },
  };
  return async (message: OutgoingMessage): Promise<void> => {
    await keepTrying(() => publisher.publish(message), retry);
    refused = false;
  };
}
