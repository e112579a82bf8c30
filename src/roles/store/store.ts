import { aborted, doneBefore } from "../../base/abort.ts";
import { describe } from "../../base/errors.ts";
import type { Logger } from "../../base/log.ts";
import { eventFields } from "../../base/log-events.ts";
import { Semaphore } from "../../base/semaphore.ts";
import { letYoungGenerationGrow } from "../../base/v8-heap.ts";
import { parseKeyTemplate } from "../../face/key.ts";
import { toStored } from "../../face/stored.ts";
import { BrokerQueueSize } from "../../mqtt/broker-queue-size.ts";
import { PresenceResponder } from "../../mqtt/presence-responder.ts";
import { type IncomingMessage, Subscriber } from "../../mqtt/subscriber.ts";
import { readShareName, readTopicFilter } from "../../mqtt/topics.ts";
import { brokerOptions } from "../../settings/broker.ts";
import { flag, integerBetween, option } from "../../settings/option.ts";
import { createSink, parseTarget } from "../../sinks/target.ts";
import { connectionOf, loginFaults, stableClientId, toBroker } from "../broker-connection.ts";
import { defineRole } from "../role.ts";
import { watchProgress } from "../watch-progress.ts";
import { ObjectWriter } from "./object-writer.ts";

const defaultKey = "{camera}/{yyyy}/{mm}/{dd}/{HH}{MM}{SS}.{ms}-{id}.{ext}";

/** How objects are kept. */
export const keepingOptions = {
  createBucket: flag("create the bucket when it does not exist"),
  public: flag("let anyone read the objects, and log the URL of each"),
  endpoint: option("URL", "S3 endpoint, for MinIO, Ceph, IBM COS ...", readEndpoint, {
    fallbackNote: "AWS_ENDPOINT_URL_S3, else AWS",
  }),
  pathStyle: flag("address buckets as ENDPOINT/BUCKET"),
};

const options = {
  to: option("TARGET", "where objects go: s3://BUCKET/PREFIX or file:///DIR", parseTarget, {
    required: true,
  }),
  topic: option("FILTER", "topic filter to store", readTopicFilter, { fallback: "faces/#" }),
  objectKey: option("TEMPLATE", "object key of a face", parseKeyTemplate, { fallback: defaultKey }),
  concurrency: option("N", "messages written at once", integerBetween(1, 1000), { fallback: "64" }),
  share: option("GROUP", "share the messages with the other stores of this group", readShareName),
  drainOnStop: flag(
    "with --share: at the end, store what waits for this store and leave the rest to the group",
  ),
  brokerQueue: flag("also serve how many messages the broker holds, from its $SYS topics"),
  ...keepingOptions,
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
  ],
  async run(settings, context) {
    letYoungGenerationGrow();
    const { log, metrics, stop, deadline } = context;
    const sink = createSink(settings.to, settings);
    const writer = new ObjectWriter(sink, settings.public, context);
    try {
      await writer.open(settings.connectTimeout);
    } catch (error) {
      if (stop.aborted) return;
      throw error;
    }
    const connection = connectionOf(
      toBroker(settings.broker, settings, stableClientId("store"), settings.connectTimeout),
      // Twice as many, since acknowledgements leave in order and a slow object must not idle the others.
      {
        ...{ role: "store", share: settings.share, peer: "broker" },
        ...{ durable: true, receiveMaximum: settings.concurrency * 2 },
      },
      context,
    );
    const turns = new Semaphore(settings.concurrency);
    const progress = watchProgress(context, () => subscriber.inFlight);

    const storeOne = async (message: IncomingMessage): Promise<void> => {
      if (door?.hears(message)) return;
      const begun = performance.now();
      const stored = toStored(message.topic, message.payload, new Date(), settings.objectKey);
      let kept = true;
      for (const object of stored.objects) if (!(await writer.write(object))) kept = false;
      progress.touch();
      metrics.storeSeconds.observe((performance.now() - begun) / 1000);
      if (!kept) return;
      metrics.stored.inc();
      if (stored.kind === "face") {
        metrics.endToEndSeconds.observe((Date.now() - Date.parse(stored.facts.capturedAt)) / 1000);
      } else if (stored.kind === "rejected") {
        metrics.rejected.inc();
        log.warn(
          eventFields("payload_rejected"),
          `a payload on ${message.topic} is kept under rejected/: ${stored.reason}`,
        );
      }
    };

    const subscriber = new Subscriber(
      connection,
      {
        filter: settings.topic,
        qos: settings.qos,
        share: settings.share,
        onOverflow: () => metrics.dropped.inc({ reason: "overflow" }),
      },
      (message) => turns.run(() => storeOne(message)),
    );
    const door = settings.share === undefined ? undefined : new PresenceResponder(connection);
    if (door) connection.add(door);
    if (settings.brokerQueue)
      connection.add(new BrokerQueueSize(log, (messages) => metrics.brokerQueued.set(messages)));
    await connection.start(stop);
    context.ready();
    log.info(eventFields("storing"), `storing ${settings.topic} in ${sink.target}`);
    await aborted(stop);
    const leaving = settings.drainOnStop ? leave(subscriber, log) : subscriber.stop();
    const finished = await doneBefore(leaving, deadline);
    if (!finished)
      log.warn(
        eventFields("stop_incomplete"),
        "not everything in hand was written in time; the broker keeps the rest",
      );
    await connection.stop();
    await sink.close();
  },
});

/** Leaves the group; where that fails, stops as any store does. */
async function leave(subscriber: Subscriber, log: Logger): Promise<void> {
  try {
    await subscriber.drain();
    log.info(eventFields("group_left"), "left the group; nothing waits for this store any more");
  } catch (error) {
    log.warn(
      eventFields("group_leave_failed", error),
      `could not leave the group: ${describe(error)}; what waits in the broker waits for this store`,
    );
    await subscriber.stop();
  }
}

function readEndpoint(text: string): string {
  if (!/^https?:$/.test(URL.canParse(text) ? new URL(text).protocol : ""))
    throw new Error("must be a URL such as https://s3.example");
  return text;
}
