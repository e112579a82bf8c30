import type { IClientOptions, IConnackPacket, MqttClient } from "mqtt";
import { unreachable } from "../base/errors.ts";
import type { Broker } from "./broker.ts";
import { explain, reasonCode } from "./mqtt-errors.ts";
import { batchWrites } from "./mqttjs-internals/batched-writes.ts";
import { notYet } from "./mqttjs-internals/deferred-acks.ts";
import { forgetfulStore } from "./mqttjs-internals/direct-publish.ts";

/** One network connection to a broker, from CONNACK to its end; what outlives it is its owner's business. */
export interface Link {
  readonly client: MqttClient;
  readonly version: "5" | "3.1.1";
  /** The broker still has the session of our client identifier. */
  readonly sessionPresent: boolean;
  /** Unacknowledged publishes that the broker takes at once (MQTT 5 receive maximum); 65535 when it does not say. */
  readonly receiveMaximum: number;
  /** Largest packet that the broker takes, bytes. */
  readonly maximumPacketSize: number;
  /** The CONNACK's properties: what the broker announces. */
  readonly announced: NonNullable<IConnackPacket["properties"]>;
}

export interface LinkOptions {
  /** The broker keeps the session, its subscriptions and messages, while we are away. */
  readonly durable: boolean;
  /** Unacknowledged messages that we take at once. */
  readonly receiveMaximum?: number;
  readonly will?: { readonly topic: string; readonly payload: Buffer };
  /** Gets the client before it is connected: a resumed session's messages follow the CONNACK at once. */
  readonly prepare?: (client: MqttClient) => void;
  /** Longest wait for the CONNACK, milliseconds. */
  readonly timeout: number;
  /** Gives the attempt up. */
  readonly signal?: AbortSignal;
}

/** How long a broker keeps a session for us when we are away: longer than any outage that is still worth catching up. */
const sessionExpirySeconds = 7 * 24 * 3600;

/** Connects once; with version `auto` a second time in MQTT 3.1.1 if 5 is refused. Rejects with a UserError. */
export async function dial(broker: Broker, options: LinkOptions): Promise<Link> {
  if (broker.version !== "auto") return connect(broker, broker.version, options);
  try {
    return await connect(broker, "5", options);
  } catch (error) {
    if (!refusesVersion5(error)) throw error;
    return connect(broker, "3.1.1", options);
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

async function connect(broker: Broker, version: "5" | "3.1.1", options: LinkOptions): Promise<Link> {
  const { default: mqtt } = await import("mqtt");
  const client = mqtt.connect(clientOptions(broker, version, options));
  batchWrites(client);
  options.prepare?.(client);
  const { promise, resolve, reject } = newPromise<IConnackPacket>();
  const closed = () => reject(new ClosedEarly("it closed the connection without an answer"));
  const failed = (error: Error) => {
    // A resumed session's messages may be held back before the connect event comes.
    if (error !== notYet) reject(error);
  };
  const { signal } = options;
  const stop = () => reject(new Error("stopped"));
  signal?.addEventListener("abort", stop, { once: true });
  if (signal?.aborted) stop();
  client.once("connect", resolve).on("error", failed).once("close", closed);
  try {
    const connack = await promise;
    const announced = connack.properties ?? {};
    return {
      client,
      version,
      sessionPresent: connack.sessionPresent,
      receiveMaximum: announced.receiveMaximum ?? 65535,
      maximumPacketSize: announced.maximumPacketSize ?? Number.POSITIVE_INFINITY,
      announced,
    };
  } catch (error) {
    client.end(true);
    throw error instanceof ClosedEarly
      ? unreachable(
          `cannot use ${broker.href}: ${error.message}`,
          "Check that an MQTT broker listens there, and whether it wants TLS (mqtts://)",
          error,
        )
      : explain(error, broker);
  } finally {
    signal?.removeEventListener("abort", stop);
    client
      .on("error", () => undefined)
      .off("error", failed)
      .off("close", closed);
  }
}

function clientOptions(broker: Broker, version: "5" | "3.1.1", options: LinkOptions): IClientOptions {
  const { protocol, host, port, path, clientId, username, password, ca, cert, key } = broker;
  const { durable, receiveMaximum, will, timeout } = options;
  return {
    protocol,
    host,
    port,
    clientId,
    ...(path === "" ? {} : { path }),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(ca ? { ca } : {}),
    ...(cert ? { cert } : {}),
    ...(key ? { key } : {}),
    ...(will ? { will: { ...will, qos: 1 as const, retain: true } } : {}),
    protocolVersion: version === "5" ? 5 : 4,
    clean: !durable,
    // With MQTT 5 `clean: false` alone ends the session with the connection; with 3.1.1 it is enough.
    properties: {
      ...(durable ? { sessionExpiryInterval: sessionExpirySeconds } : {}),
      ...(receiveMaximum === undefined ? {} : { receiveMaximum }),
    },
    keepalive: 20,
    connectTimeout: timeout,
    // Connection owns reconnecting, Publisher what is in flight, Subscriber the subscription.
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    // 65,536 ready-made numbers are 10 MB and a pause at the start.
    writeCache: false,
    outgoingStore: forgetfulStore(),
    // One timer less for every packet; a ping every keepalive seconds costs nothing.
    reschedulePings: false,
    // Formatting debug lines that nobody reads took a tenth of forward's time.
    log: () => undefined,
  };
}

function newPromise<T>() {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
