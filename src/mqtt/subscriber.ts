import type { IPublishPacket } from "mqtt";
import { describe, refused, UserError } from "../base/errors.ts";
import { eventFields } from "../base/log-events.ts";
import { queueSizeTopic } from "./broker-queue-size.ts";
import type { Connection, ConnectionExtension } from "./connection.ts";
import type { Link } from "./link.ts";
import { meaningOf, reasonCode, remedyFor } from "./mqtt-errors.ts";
import { type Acknowledge, deferAcks } from "./mqttjs-internals/deferred-acks.ts";
import { isProbe } from "./probe/message.ts";
import type { Qos } from "./publisher.ts";
import { sharedFilter } from "./topics.ts";

export interface IncomingMessage {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: Qos;
  readonly retain: boolean;
  /** MQTT 5 properties; absent with 3.1.1. */
  readonly properties?: IPublishPacket["properties"] | undefined;
}

export interface Subscription {
  readonly filter: string;
  readonly qos: Qos;
  /** Share the messages with the others of this group. */
  readonly share?: string | undefined;
  /** Do not deliver what this very client publishes, and deliver the retain flag as it was published (MQTT 5). */
  readonly asBridge?: boolean;
  /** Hears of each message of QoS 0 that is dropped: nobody sends it again, and memory is bounded. */
  readonly onOverflow?: () => void;
}

/** Messages in hand above which those of QoS 0 are dropped. */
const mostInHand = 1000;

/**
 * Hands each message over and acknowledges it when the handler's promise resolves; when it rejects, the message is
 * kept by the broker, which sends it again on the next connection.
 */
export class Subscriber implements ConnectionExtension {
  readonly #connection: Connection;
  readonly #subscription: Subscription;
  readonly #handle: (message: IncomingMessage) => Promise<void>;
  #inHand = 0;
  #begun = 0;
  #kept = 0;
  #idle: () => void = () => undefined;
  #taking = true;
  #subscribed = false;

  constructor(
    connection: Connection,
    subscription: Subscription,
    handle: (message: IncomingMessage) => Promise<void>,
  ) {
    this.#connection = connection;
    this.#subscription = subscription;
    this.#handle = handle;
    connection.add(this);
  }

  /** Messages that are with the handler. */
  get inFlight(): number {
    return this.#inHand;
  }

  prepare({ client }: { readonly client: Link["client"] }): void {
    this.#subscribed = false;
    this.#kept = 0;
    const full = (held: number) => this.#isFull(held);
    deferAcks(client, full, (packet, settle) => {
      // broker-check's message and the broker's own are nobody's picture: acknowledged and forgotten.
      if (isProbe(packet.payload as Buffer) || packet.topic === queueSizeTopic) return settle();
      if (packet.qos === 0 && this.#inHand >= mostInHand) return this.#subscription.onOverflow?.();
      // After stop nothing new is begun; unacknowledged, it waits in the broker.
      if (this.#taking) void this.#take(packet, settle);
    });
  }

  async connected({ client, version }: Link): Promise<void> {
    const { qos, share, asBridge = false } = this.#subscription;
    const topic = this.#topic;
    // No Local is an error on a shared subscription [MQTT-3.8.3-4].
    const bridge = asBridge && version === "5" ? { nl: share === undefined, rap: true } : {};
    try {
      await client.subscribeAsync(topic, { qos, ...bridge });
      this.#subscribed = true;
    } catch (error) {
      const code = reasonCode(error);
      if (code === undefined) throw error;
      const { href } = this.#connection.broker;
      throw refused(
        `the broker ${href} refused the subscription to ${topic}: ${meaningOf(code)}`,
        remedyFor(code),
        error,
      );
    }
  }

  /**
   * Unsubscribes, takes what the broker still holds for us, and resolves when that is done. Of a shared subscription the
   * others get what comes from now on; without it a broker goes on giving their share to those who are away.
   * Rejects when the link is lost or a message was not handled: then the broker keeps the rest until we are back.
   */
  async drain(): Promise<void> {
    const client = this.#connection.link?.client;
    if (client === undefined) throw new Error("not connected");
    const ask = () => client.unsubscribeAsync(this.#topic);
    await ask();
    for (let begun = -1; begun !== this.#begun; ) {
      await this.#allDone();
      begun = this.#begun;
      // Asked again when everything is acknowledged: what the broker still has it sends before its answer, since one
      // connection keeps the order.
      await ask();
    }
    if (this.#kept > 0) throw new Error(`${this.#kept} messages could not be handled`);
  }

  /** Begins nothing new, and resolves when everything in hand is done and acknowledged. */
  async stop(): Promise<void> {
    this.#taking = false;
    await this.#allDone();
  }

  get #topic(): string {
    const { filter, share } = this.#subscription;
    return sharedFilter(share, filter);
  }

  async #allDone(): Promise<void> {
    while (this.#inHand > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
  }

  /**
   * Messages of lost links stay in hand, and come again on the next one: all of them count. Of this link two may always
   * be held, since it is read on when one of its own is safe. A broker that keeps to the receive maximum is always read
   * on: its answers to our pings come this way, too. So is one whose answer to our SUBSCRIBE is still on its way.
   */
  #isFull(held: number): boolean {
    return this.#subscribed && held > 2 && Math.max(held, this.#inHand) > this.#connection.receiveMaximum;
  }

  async #take(packet: IPublishPacket, settle: Acknowledge): Promise<void> {
    this.#inHand++;
    this.#begun++;
    try {
      await this.#handle({
        topic: packet.topic,
        payload: packet.payload as Buffer,
        qos: packet.qos,
        retain: packet.retain,
        properties: packet.properties,
      });
      settle();
    } catch (error) {
      this.#kept++;
      if (!(error instanceof UserError)) this.#connection.fail(error as Error);
      // At a stop this is as it should be.
      const level = this.#taking ? "error" : "debug";
      this.#connection.log[level](
        eventFields("message_kept", error),
        `a message on ${packet.topic} is kept in the broker: ${describe(error)}`,
      );
    } finally {
      this.#inHand--;
      if (this.#inHand === 0) this.#idle();
    }
  }
}
