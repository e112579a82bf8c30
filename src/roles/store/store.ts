import { aborted, doneBefore } from "../../base/abort.ts";
import { eventFields } from "../../base/log-events.ts";
import { Semaphore } from "../../base/semaphore.ts";
import { keepOldGenerationSmall, letYoungGenerationGrow } from "../../base/v8-heap.ts";
import { epochPrefix } from "../../face/epoch-record.ts";
import { parseKeyTemplate } from "../../face/object-key.ts";
import { keyReaderFor } from "../../face/stored-key.ts";
import { toStored } from "../../face/stored-objects.ts";
import { brokerQueueSize } from "../../mqtt/broker-queue-size.ts";
import type { IncomingMessage } from "../../mqtt/message.ts";
import { ShareCheck } from "../../mqtt/share-check.ts";
import { Subscriber } from "../../mqtt/subscriber.ts";
import { isLocalTopic, readShareName, readTopicFilter } from "../../mqtt/topics.ts";
import { brokerOptions } from "../../settings/broker.ts";
import { processEnvironment } from "../../settings/environment.ts";
import { flag, integerBetween, option } from "../../settings/option.ts";
import { createSink, parseTarget } from "../../sinks/target.ts";
import { connectionOf, loginFaults, stableClientId, toBroker } from "../broker-connection.ts";
import { defineRole } from "../role.ts";
import { stopReceiving } from "../stop-receiving.ts";
import { watchProgress } from "../watch-progress.ts";
import { ObjectWriter, type WriteOutcome } from "./object-writer.ts";
import { defaultKey, objectOptions } from "./options.ts";
import { Receipts } from "./receipts.ts";
import { type Retention, retentionFaults, retentionOptions, startRetention } from "./retention.ts";

const epochRecords = { filter: `${epochPrefix}#`, consequence: "records of ended epochs are not stored" };

const options = {
  to: option("TARGET", "where to store objects: s3://BUCKET/PREFIX or file:///DIR", parseTarget, {
    required: true,
  }),
  topic: option("FILTER", "topic filter to subscribe to", readTopicFilter, { fallback: "faces/#" }),
  objectKey: option("TEMPLATE", "template of object keys", readKeyTemplate, { fallback: defaultKey }),
  concurrency: option("N", "messages written at once", integerBetween(1, 1000), { fallback: "64" }),
  share: option(
    "GROUP",
    "shared subscription: divide the messages among the stores of this group",
    readShareName,
  ),
  drainOnStop: flag(
    "with --share: on stop, store what the broker has queued for this store, then unsubscribe",
  ),
  brokerQueue: flag("also expose the number of messages that the broker stores, from its $SYS topics"),
  ...retentionOptions,
  ...objectOptions,
  ...brokerOptions,
};

export const store = defineRole({
  name: "store",
  summary: "Writes each face message as one object",
  examples: [
    "facepipe store --to file:///var/lib/faces",
    "facepipe store --to s3://my-bucket/site-a --broker mqtts://cloud.example --share stores",
  ],
  options,
  check: (settings) => [
    ...loginFaults({ ...settings, url: settings.broker }),
    ...(settings.drainOnStop && settings.share === undefined ? ["--drain-on-stop needs --share"] : []),
    ...retentionFaults(settings),
  ],
  async run(settings, context) {
    letYoungGenerationGrow();
    keepOldGenerationSmall();
    const { log, metrics, stop } = context;
    const sink = createSink(settings.to, { ...settings, environment: processEnvironment() });
    const writer = new ObjectWriter(sink, settings.public, context);
    let count = 0;
    try {
      await writer.open(settings.connectTimeout);
    } catch (error) {
      if (stop.aborted) return { stored: count };
      throw error;
    }
    const broker = toBroker(settings.broker, settings, stableClientId("store"), settings.connectTimeout);
    // Acknowledgements leave in order: with twice as many in flight, one slow object does not block the other writers.
    const receiveMaximum = settings.concurrency * 2;
    const session = { role: "store", share: settings.share, peer: "broker", durable: true, receiveMaximum };
    const connection = connectionOf(broker, session, context);
    const receipts = connection.add(new Receipts(connection, context));
    const onShareUnproven = (isUnproven: boolean) => metrics.shareUnproven.set(isUnproven ? 1 : 0);
    const shareCheck = connection.add(new ShareCheck(connection, settings.share, onShareUnproven));
    const writers = new Semaphore(settings.concurrency);
    const progress = watchProgress(
      context,
      () => subscriber.inFlight,
      () => writer.trouble,
    );

    let retention: Retention | undefined;
    const storeOne = async (message: IncomingMessage): Promise<void> => {
      const { topic, payload } = message;
      shareCheck.delivered();
      if (isLocalTopic(topic)) return;
      const started = performance.now();
      const stored = toStored(topic, payload, new Date(), settings.objectKey.keyOf);
      let complete = true;
      let outcome: WriteOutcome = "stored";
      for (const object of stored.objects) {
        outcome = await writer.write(object);
        if (outcome === "stored") retention?.written(object.body.length);
        if (typeof outcome === "object") complete = false;
      }
      progress.touch();
      if (stored.kind === "epoch") {
        // Also when it differs from one that is stored: sending it again cannot change that. One that the sink refuses
        // is sent again, in case that is changed.
        const isRefused = typeof outcome === "object" && outcome.refused === "refused";
        if (!isRefused) receipts.addEnd(topic, stored.record);
        return;
      }
      if (stored.kind === "face") receipts.add(topic, stored.facts, outcome);
      metrics.storeSeconds.observe((performance.now() - started) / 1000);
      if (!complete) return;
      metrics.stored.inc();
      count++;
      if (stored.kind === "face") {
        metrics.endToEndSeconds.observe((Date.now() - Date.parse(stored.facts.capturedAt)) / 1000);
      } else if (stored.kind === "rejected") {
        metrics.rejected.inc();
        const text = `a payload on ${topic} is stored under rejected/: ${stored.reason}`;
        log.warn(eventFields("payload_rejected"), text);
      }
    };

    const { topic: filter, qos, share } = settings;
    const onOverflow = () => metrics.drop("overflow");
    const onBug = () => metrics.drop("bug");
    const subscription = { filter, also: epochRecords, qos, share, onOverflow, onBug };
    const subscriber = new Subscriber(connection, subscription, (message) =>
      writers.run(() => storeOne(message)),
    );
    connection.add(subscriber);
    const onQueueSize = (messages: number) => metrics.brokerQueued.set(messages);
    connection.add(brokerQueueSize(log, settings.brokerQueue, onQueueSize));
    await connection.start(stop);
    context.ready();
    retention = startRetention(sink, settings, context);
    log.info(eventFields("storing"), `storing ${filter} in ${sink.target}`);
    await aborted(stop);
    if (!(await stopReceiving(subscriber, settings.drainOnStop || context.drainOnStop, context))) {
      const message =
        "the grace period ended before everything in flight was written; the broker queues the rest";
      log.warn(eventFields("stop_incomplete"), message);
    }
    await doneBefore(receipts.flush(), context.deadline);
    await connection.stop();
    await retention?.ended;
    await sink.close();
    return { stored: count };
  },
});

/** To write keys, and to read them. */
function readKeyTemplate(template: string) {
  return { keyOf: parseKeyTemplate(template), keyReader: keyReaderFor(template) };
}
