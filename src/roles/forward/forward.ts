import { v7 as uuidv7 } from "uuid";
import { aborted, doneBefore } from "../../base/abort.ts";
import { deferred } from "../../base/deferred.ts";
import { describe, UserError } from "../../base/errors.ts";
import { eventFields } from "../../base/log-events.ts";
import { letYoungGenerationGrow } from "../../base/v8-heap.ts";
import { epochPrefix } from "../../face/epoch-record.ts";
import { BestEffortPublisher } from "../../mqtt/best-effort-publisher.ts";
import { BrokerIdentity } from "../../mqtt/broker-identity.ts";
import { forwardedProperties } from "../../mqtt/forwarded-properties.ts";
import { LoopGuard } from "../../mqtt/loop-guard.ts";
import type { IncomingMessage } from "../../mqtt/message.ts";
import { Publisher } from "../../mqtt/publisher.ts";
import { Subscriber } from "../../mqtt/subscriber.ts";
import { isLocalTopic, readTopicFilter, readTopicTemplate } from "../../mqtt/topics.ts";
import { brokerUrlReader, connectTimeout, loginOptions, prefixed, qos } from "../../settings/broker.ts";
import { option } from "../../settings/option.ts";
import { connectionOf, loginFaults, loginOf, stableClientId, toBroker } from "../broker-connection.ts";
import { dropReasonOf } from "../drop-reason.ts";
import { defineRole } from "../role.ts";
import { stopReceiving } from "../stop-receiving.ts";
import { watchProgress } from "../watch-progress.ts";
import { publishUntilAccepted } from "./publish-until-accepted.ts";
import { ReceiptCarrier } from "./receipt-carrier.ts";
import { TopicMap } from "./topic-map.ts";

/** Messages in flight from the source to the target's acknowledgement; more were no faster on a fast uplink. */
const window = 200;
const epochRecords = {
  filter: `${epochPrefix}#`,
  consequence: "records of ended epochs are not forwarded",
};

const options = {
  from: option("URL", "the broker to subscribe at (source)", brokerUrlReader("from-"), {
    fallback: "mqtt://localhost:1883",
  }),
  to: option("URL", "the broker to publish to (target)", brokerUrlReader("to-"), { required: true }),
  topic: option("FILTER", "topic filter to subscribe to", readTopicFilter, { fallback: "faces/#" }),
  remoteTopic: option(
    "TEMPLATE",
    "topic at the target; {topic} is the topic at the source",
    readTopicTemplate("topic"),
    { fallback: "{topic}" },
  ),
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
    const publisher = target.add(new Publisher(target, window));
    const publish = publishUntilAccepted(publisher, context);
    const topics = new TopicMap(filter, remoteTopic);
    const toSource = source.add(new BestEffortPublisher(source, window));
    const carrierOptions = { topics, source: sourceIdentity, target: targetIdentity, targetHref: to.href };
    const receipts = target.add(new ReceiptCarrier({ ...carrierOptions, publisher: toSource }, context));
    const loopGuard = new LoopGuard(sourceIdentity, targetIdentity);
    const progress = watchProgress(context, () => subscriber.inFlight);
    const targetReached = deferred();
    let targetWasReached = false;
    let count = 0;

    const forwardOne = async (message: IncomingMessage): Promise<void> => {
      if (!targetWasReached && !(await doneBefore(targetReached.promise, stop)))
        throw new UserError("STOPPED", `stopped before ${to.href} was reached`);
      // About the source alone, which has receipts of its own target.
      if (isLocalTopic(message.topic)) return;
      await sourceIdentity.known;
      if (loopGuard.isLoop(message)) {
        metrics.drop("loop");
        log.debug(`${message.topic}: was at the target already, not sent back`);
        return;
      }
      await publish({
        topic: topics.toTarget(message.topic),
        payload: message.payload,
        qos,
        retain: message.retain,
        properties: forwardedProperties(message.properties, sourceIdentity.name),
      });
      loopGuard.delivered(message);
      progress.touch();
      // As detect does not count them either: what was published, forwarded and stored can be compared.
      if (message.topic.startsWith(epochPrefix)) return;
      metrics.forwarded.inc();
      count++;
    };

    const forwardOrDrop = async (message: IncomingMessage): Promise<void> => {
      try {
        await forwardOne(message);
      } catch (error) {
        const reason = dropReasonOf(error);
        if (reason === undefined) throw error;
        // It can never pass, and to wait for it would block all messages behind it.
        const { topic, payload } = message;
        metrics.drop(reason);
        const what = `the message on ${topic} with ${payload.length} bytes is dropped (${reason})`;
        log.error({ ...eventFields("message_dropped", error), reason }, `${what}: ${describe(error)}`);
        receipts.refuse(message, reason);
      }
    };

    const onOverflow = () => metrics.drop("overflow");
    const onBug = () => metrics.drop("bug");
    const subscription = { filter, also: epochRecords, qos, asBridge: true, onOverflow, onBug };
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
