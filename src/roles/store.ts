import { describe, exitCodes, UserError } from "../base/errors.ts";
import { keepTrying } from "../base/retry.ts";
import { Semaphore } from "../base/semaphore.ts";
import { aborted, doneBefore } from "../base/signals.ts";
import { parseKeyTemplate } from "../face/key.ts";
import { type StoredObject, toStored } from "../face/stored.ts";
import { type IncomingMessage, Subscriber } from "../mqtt/subscriber.ts";
import { readShareName, readTopicFilter } from "../mqtt/topics.ts";
import { brokerOptions } from "../settings/broker.ts";
import { flag, integerBetween, option, readText } from "../settings/option.ts";
import { createSink, parseTarget } from "../sinks/open.ts";
import { type Sink, SinkError } from "../sinks/sink.ts";
import { connectionOf, loginFaults, stableClientId, toBroker } from "./broker-settings.ts";
import { defineRole, type RoleContext } from "./role.ts";
import { readStoreKey, type StoreKey } from "./store-key.ts";
import { watchProgress } from "./watch-progress.ts";

/** Waits between tries to write an object, milliseconds. */
const retryLimits = { min: 100, max: 15_000 };
/** Messages of QoS 0 that may wait for their turn; nobody sends them again, and memory must be bounded. */
const mostWaiting = 1000;

const defaultKey = "{camera}/{yyyy}/{mm}/{dd}/{HH}{MM}{SS}.{ms}-{id}.{ext}";

const { key: tlsKey, ...otherBrokerOptions } = brokerOptions;

const options = {
  to: option("TARGET", "where objects go: s3://BUCKET/PREFIX or file:///DIR", parseTarget, {
    required: true,
  }),
  topic: option("FILTER", "topic filter to store", readTopicFilter, { fallback: "faces/#" }),
  key: option("TEMPLATE", "object key; a PEM file here is taken as --tls-key", readStoreKey, {
    fallback: defaultKey,
  }),
  concurrency: option("N", "messages written at once", integerBetween(1, 1000), { fallback: "64" }),
  share: option("GROUP", "share the messages with the other stores of this group", readShareName),
  createBucket: flag("create the bucket when it does not exist"),
  public: flag("let anyone read the objects, and log the URL of each"),
  endpoint: option("URL", "S3 endpoint, for MinIO, Ceph, IBM COS ...", readText, {
    fallbackNote: "AWS_ENDPOINT_URL_S3, else AWS",
  }),
  pathStyle: flag("address buckets as ENDPOINT/BUCKET"),
  ...otherBrokerOptions,
  tlsKey,
};

export const store = defineRole({
  name: "store",
  summary: "Writes each face message as one object",
  examples: [
    "facepipe store --to file:///var/lib/faces",
    "facepipe store --to s3://my-bucket/site-a --broker mqtts://cloud.example --share stores",
  ],
  options,
  check: (settings) => loginFaults({ ...settings, key: tlsKeyOf(settings) }),
  async run(settings, context) {
    const { log, metrics, stop, deadline } = context;
    const sink = createSink(settings.to, settings);
    await openSink(sink, settings.connectTimeout, context);
    const keyTemplate = "template" in settings.key ? settings.key.template : parseKeyTemplate(defaultKey);
    const connection = connectionOf(
      toBroker(
        settings.broker,
        { ...settings, key: tlsKeyOf(settings) },
        stableClientId("store"),
        settings.connectTimeout,
      ),
      // Twice as many, since acknowledgements leave in order and a slow object must not idle the others.
      { role: "store", peer: "broker", durable: true, receiveMaximum: settings.concurrency * 2 },
      context,
    );
    const turns = new Semaphore(settings.concurrency);
    const progress = watchProgress(context, () => subscriber.inHand);

    const storeOne = async (message: IncomingMessage): Promise<void> => {
      const begun = performance.now();
      const stored = toStored(message.topic, message.payload, new Date(), keyTemplate);
      for (const object of stored.objects) await write(sink, object, settings.public, context);
      progress.touch();
      metrics.storeSeconds.observe((performance.now() - begun) / 1000);
      metrics.stored.inc();
      if (stored.kind === "face") {
        metrics.endToEndSeconds.observe((Date.now() - Date.parse(stored.facts.capturedAt)) / 1000);
      } else if (stored.kind === "rejected") {
        metrics.rejected.inc();
        log.warn(`a payload on ${message.topic} is kept under rejected/: ${stored.reason}`);
      }
    };

    const subscriber = new Subscriber(
      connection,
      { filter: settings.topic, qos: settings.qos, share: settings.share },
      async (message) => {
        if (message.qos === 0 && turns.waiting >= mostWaiting)
          return metrics.dropped.inc({ reason: "overflow" });
        await turns.run(() => storeOne(message));
      },
    );
    await connection.start(stop);
    context.ready();
    log.info(`storing ${settings.topic} in ${sink.target}`);
    await aborted(stop);
    const finished = await doneBefore(subscriber.stop(), deadline);
    if (!finished) log.warn("not everything in hand was written in time; the broker keeps the rest");
    await connection.stop();
    await sink.close();
  },
});

function tlsKeyOf({ key, tlsKey }: { readonly key?: StoreKey; readonly tlsKey?: Buffer | undefined }) {
  return tlsKey ?? (key && "tlsKey" in key ? key.tlsKey : undefined);
}

/** A service that cannot be reached is tried as long as a broker would be. */
async function openSink(sink: Sink, seconds: number, { log, stop }: RoleContext): Promise<void> {
  const until = Date.now() + seconds * 1000;
  await keepTrying(() => sink.open(stop), {
    signal: stop,
    limits: { min: 200, max: 2000 },
    isTransient: (error) =>
      error instanceof UserError && error.exitCode === exitCodes.unreachable && Date.now() < until,
    onRetry: (error, attempt) => {
      if (attempt === 1) log.warn(`${describe(error)}; trying for ${seconds} s`);
    },
  });
}

/** Writes one object, trying until it is durable or the time to stop is over. */
async function write(
  sink: Sink,
  object: StoredObject,
  isPublic: boolean,
  context: RoleContext,
): Promise<void> {
  const { log, metrics, deadline } = context;
  try {
    const result = await keepTrying(() => sink.put(object, deadline), {
      signal: deadline,
      limits: retryLimits,
      isTransient: (error) => error instanceof SinkError && error.transient,
      onRetry: (error, attempt) => {
        // The first says it, the later ones only that it still lasts.
        if (attempt === 1) log.warn(describe(error));
        else log.debug(`try ${attempt}: ${describe(error)}`);
      },
    });
    // The same bytes may be rejected on another topic; the first topic's note stays.
    if (result === "conflict" && !object.key.startsWith("rejected/")) {
      metrics.dropped.inc({ reason: "conflict" });
      log.error(`${object.key} exists with other contents and was not replaced`);
    } else if (isPublic) log.info({ result }, sink.locate(object.key));
    else log.debug({ result }, object.key);
  } catch (error) {
    if (!(error instanceof SinkError) || error.transient) throw error;
    // The service will never take this object; holding the line for it would hold all others.
    metrics.dropped.inc({ reason: "refused" });
    log.error(`${object.key} cannot be stored and is dropped: ${error.message}`);
  }
}
