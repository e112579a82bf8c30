import type { IClientOptions, IConnackPacket, MqttClient } from "mqtt";
import { deferred } from "../base/deferred.ts";
import { UserError } from "../base/errors.ts";
import { withoutUndefined } from "../base/without-undefined.ts";
import type { ConnectionOptions } from "./connection-options.ts";
import { brokerError, reasonCode } from "./mqtt-errors.ts";
import { batchWrites } from "./mqttjs-internals/batched-writes.ts";
import { acknowledgedLater } from "./mqttjs-internals/deferred-acks.ts";
import { noOpStore } from "./mqttjs-internals/direct-publish.ts";
import { acceptAllReasonCodes } from "./mqttjs-internals/reason-codes.ts";
import { topicHint } from "./topics.ts";

/** One network connection to a broker, from CONNACK to its end; what outlives it is its owner's business. */
export interface Link {
  readonly client: MqttClient;
  readonly version: "5" | "3.1.1";
  /** The broker still has the session of our client identifier. */
  readonly sessionPresent: boolean;
  /** Maximum number of unacknowledged publishes that the broker accepts; 65535 when it announces none. */
  readonly receiveMaximum: number;
  /** Largest packet that the broker accepts, bytes. */
  readonly maximumPacketSize: number;
  /** The CONNACK's properties: what the broker announces. */
  readonly announced: NonNullable<IConnackPacket["properties"]>;
}

type SessionOptions = Pick<ConnectionOptions, "broker" | "durable" | "receiveMaximum">;

/** One attempt to connect. */
export interface Attempt {
  /** Longest wait for the CONNACK, milliseconds. */
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
  readonly will?: { readonly topic: string; readonly payload: Buffer } | undefined;
  /** Called with the client before it is connected: a resumed session's messages follow the CONNACK immediately. */
  readonly prepare?: ((client: MqttClient) => void) | undefined;
}

/** How long a broker keeps the session of a disconnected client: longer than any outage worth catching up with. */
const sessionExpirySeconds = 7 * 24 * 3600;

/** Connects once; with version `auto` a second time in MQTT 3.1.1 if 5 is refused. Rejects with a UserError. */
export async function dial(options: SessionOptions, attempt: Attempt): Promise<Link> {
  const { version } = options.broker;
  if (version !== "auto") return connect(options, version, attempt);
  try {
    return await connect(options, "5", attempt);
  } catch (error) {
    if (!refusesVersion5(error)) throw error;
    return connect(options, "3.1.1", attempt);
  }
}

/**
 * MQTT 5 brokers answer 132, 3.1.1 ones 1 "unacceptable protocol version" (MQTT 3.1.1, 3.1.2.2), which a client of
 * version 5 may read as 0x80 + 1 or fail to parse; and some just close.
 */
function refusesVersion5(error: unknown): boolean {
  const { cause } = error as { cause?: unknown };
  const code = reasonCode(cause);
  return code === 1 || code === 132 || code === 129 || cause instanceof ClosedEarly;
}

class ClosedEarly extends Error {}

async function connect(options: SessionOptions, version: Link["version"], attempt: Attempt): Promise<Link> {
  const { default: mqtt } = await import("mqtt");
  acceptAllReasonCodes();
  const { signal, prepare } = attempt;
  const client = mqtt.connect(clientOptions(options, version, attempt));
  batchWrites(client);
  prepare?.(client);
  const { promise, resolve, reject } = deferred<IConnackPacket>();
  const onClose = () => reject(new ClosedEarly("it closed the connection without an answer"));
  const onError = (error: Error) => {
    // A resumed session's messages may be deferred before the connect event comes.
    if (error !== acknowledgedLater) reject(error);
  };
  const onAbort = () => reject(new Error("stopped"));
  signal?.addEventListener("abort", onAbort, { once: true });
  if (signal?.aborted) onAbort();
  client.once("connect", resolve).on("error", onError).once("close", onClose);
  try {
    const { sessionPresent, properties: announced = {} } = await promise;
    const { receiveMaximum = 65535, maximumPacketSize = Number.POSITIVE_INFINITY } = announced;
    return { client, version, sessionPresent, receiveMaximum, maximumPacketSize, announced };
  } catch (error) {
    client.end(true);
    const { broker } = options;
    if (!(error instanceof ClosedEarly)) throw brokerError(error, broker);
    const hint = topicHint(attempt.will?.topic ?? "", "--client-id");
    const remedy = `Check that an MQTT broker listens there, and whether it requires TLS (mqtts://)${hint}`;
    throw new UserError("BROKER_NO_ANSWER", `cannot use ${broker.href}: ${error.message}`, remedy, error);
  } finally {
    signal?.removeEventListener("abort", onAbort);
    client
      .on("error", () => undefined)
      .off("error", onError)
      .off("close", onClose);
  }
}

function clientOptions(
  { broker, durable = false, receiveMaximum }: SessionOptions,
  version: Link["version"],
  { will, timeout }: Attempt,
): IClientOptions {
  const { protocol, host, port, path, clientId, username, password, ca, cert, key } = broker;
  // With MQTT 5 `clean: false` alone ends the session with the connection; with 3.1.1 it is enough.
  const sessionExpiryInterval = durable ? sessionExpirySeconds : undefined;
  return {
    ...withoutUndefined({ protocol, host, port, clientId, username, password, ca, cert, key }),
    ...withoutUndefined({
      path: path || undefined,
      will: will && { ...will, qos: 1 as const, retain: true },
    }),
    protocolVersion: version === "5" ? 5 : 4,
    clean: !durable,
    properties: withoutUndefined({ sessionExpiryInterval, receiveMaximum }),
    keepalive: 20,
    connectTimeout: timeout,
    // Connection owns reconnecting, Publisher what is in flight, Subscriber the subscription.
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    // 65,536 ready-made numbers are 10 MB and a pause at the start.
    writeCache: false,
    outgoingStore: noOpStore(),
    // One timer less for every packet; a ping every keepalive seconds costs nothing.
    reschedulePings: false,
    // Formatting debug lines that nobody reads took a tenth of forward's time.
    log: () => undefined,
  };
}
