import { deferred } from "../base/deferred.ts";
import { describe, UserError } from "../base/errors.ts";
import { eventFields } from "../base/log-events.ts";
import { within } from "../base/time.ts";
import type { Connection, ConnectionExtension } from "./connection.ts";
import type { Link } from "./link.ts";
import type { IncomingMessage, Qos } from "./message.ts";
import type { MessageConsumer, MessageRouter } from "./message-router.ts";
import { grantedCodes, reasonCode, requestRefused } from "./mqtt-errors.ts";
import type { Acknowledge } from "./mqttjs-internals/deferred-acks.ts";
import { subscribeLater } from "./optional-subscription.ts";
import { filterCovers, sharedFilter } from "./topics.ts";

export interface Subscription {
  readonly filter: string;
  readonly qos: Qos;
  /** A second filter, which is optional; without `filter` only if that matches all of it. */
  readonly also?: OptionalFilter | undefined;
  /** The group of a shared subscription. */
  readonly share?: string | undefined;
  /** Do not deliver what this client publishes itself, and keep the retain flag as published (MQTT 5). */
  readonly asBridge?: boolean | undefined;
  /** Called for each message of QoS 0 that is dropped: nobody sends it again, and memory is bounded. */
  readonly onOverflow?: (() => void) | undefined;
  /** Called for a message that is dropped because it alone meets a bug of ours. */
  readonly onBug?: (() => void) | undefined;
}

/** A filter to which the subscription may be refused: then the role goes on without. */
export interface OptionalFilter {
  readonly filter: string;
  /** What does not work then, as a sentence. */
  readonly consequence: string;
}

/** How long another message may take to show that only one meets a bug, milliseconds. */
const bugWait = 10_000;

/** With more messages in flight, those of QoS 0 are dropped. */
const maxInFlight = 1000;

/**
 * Passes each message to the handler and acknowledges it when the handler's promise resolves; when it rejects, the
 * broker keeps the message and sends it again on the next connection.
 */
export class Subscriber implements ConnectionExtension, MessageConsumer {
  readonly #connection: Connection;
  readonly #subscription: Subscription;
  /** As they are subscribed to; the first must succeed. */
  readonly #filters: readonly string[];
  readonly #handler: (message: IncomingMessage) => Promise<void>;
  #inFlight = 0;
  /** Messages passed to the handler so far, and those of this connection that it failed. */
  #started = 0;
  #failed = 0;
  #idle = deferred();
  #isStopping = false;
  #isSubscribed = false;
  /** Resolves when the next message is handled. */
  #nextHandled = deferred();
  #warned = false;

  constructor(
    connection: Connection,
    subscription: Subscription,
    handler: (message: IncomingMessage) => Promise<void>,
  ) {
    this.#connection = connection;
    this.#subscription = subscription;
    const { filter, also, share } = subscription;
    const filters = also && !filterCovers(filter, also.filter) ? [filter, also.filter] : [filter];
    this.#filters = filters.map((each) => sharedFilter(share, each));
    this.#handler = handler;
  }

  get isConnected(): boolean {
    return this.#connection.link !== undefined;
  }

  /** Messages that the handler has not finished. */
  get inFlight(): number {
    return this.#inFlight;
  }

  route(router: MessageRouter): void {
    router.deliverTo(this);
  }

  connecting(): void {
    this.#isSubscribed = false;
    this.#failed = 0;
  }

  async connected({ client, version }: Link): Promise<void> {
    const { qos, share, asBridge = false } = this.#subscription;
    // No Local is an error on a shared subscription [MQTT-3.8.3-4].
    const bridge = asBridge && version === "5" ? { nl: share === undefined, rap: true } : {};
    const options = { qos, ...bridge };
    try {
      // One request: the answer to a second one would come behind all messages that the broker has queued.
      await client.subscribeAsync([...this.#filters], options);
    } catch (error) {
      if (reasonCode(error) === undefined) throw error;
      const [filter = "", optional] = this.#filters;
      const [answer = 0x80] = grantedCodes(error);
      if (optional === undefined || answer >= 0x80) throw this.#refused(filter, error);
      const onRefused = (refusal: unknown) => this.#onOptionalRefused(optional, refusal);
      onRefused(error);
      void subscribeLater(client, optional, options, onRefused);
    }
    this.#isSubscribed = true;
  }

  #refused(filter: string, error: unknown): UserError {
    const { href } = this.#connection.options.broker;
    return requestRefused("BROKER_SUBSCRIPTION_REFUSED", href, `the subscription to ${filter}`, error);
  }

  /** Warns once, not at each connection. */
  #onOptionalRefused(filter: string, error: unknown): void {
    const message = `${this.#subscription.also?.consequence}: ${describe(this.#refused(filter, error))}`;
    this.#connection.options.log[this.#warned ? "debug" : "warn"](
      eventFields("broker_feature_missing", error),
      message,
    );
    this.#warned = true;
  }

  /**
   * Unsubscribes, and resolves when the messages that the broker still holds for us are handled. The other members of
   * the group receive what is published from now on; without this a broker keeps assigning messages to absent members.
   * Rejects when the link is lost or a message was not handled: then the broker keeps the rest for our next session.
   */
  async drain(): Promise<void> {
    const client = this.#connection.link?.client;
    if (client === undefined) throw new Error("not connected");
    // MQTT.js never answers a request on a connection that has ended.
    const unsubscribe = async () => {
      if (!client.connected) throw new Error("the connection was lost");
      await client.unsubscribeAsync([...this.#filters]);
    };
    await unsubscribe();
    for (let started = -1; started !== this.#started; ) {
      await this.#allHandled();
      started = this.#started;
      // Repeated when everything is acknowledged: the broker sends the messages it still holds before its answer,
      // since one connection keeps the order.
      await unsubscribe();
    }
    if (this.#failed > 0) throw new Error(`${this.#failed} messages could not be handled`);
  }

  /** Accepts no more messages, and resolves when those in flight are handled and acknowledged. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#allHandled();
  }

  /**
   * Messages of lost links stay in flight, and are sent again on the next one: all of them count. Two of this link are
   * always allowed, since reading resumes when one of its own is acknowledged. We never pause a broker that respects
   * the receive maximum, since it sends PINGRESPs the same way; nor one that has yet to answer our SUBSCRIBE.
   */
  isFull(held: number): boolean {
    const { receiveMaximum = 65535 } = this.#connection.options;
    return this.#isSubscribed && held > 2 && Math.max(held, this.#inFlight) > receiveMaximum;
  }

  consume(message: IncomingMessage, acknowledge: Acknowledge): void {
    if (message.qos === 0 && this.#inFlight >= maxInFlight) this.#subscription.onOverflow?.();
    // While stopping, messages stay unacknowledged, so that the broker keeps them.
    else if (!this.#isStopping) void this.#handle(message, acknowledge);
  }

  async #allHandled(): Promise<void> {
    while (this.#inFlight > 0) await this.#idle.promise;
  }

  async #handle(message: IncomingMessage, acknowledge: Acknowledge): Promise<void> {
    if (this.#inFlight === 0) this.#idle = deferred();
    this.#inFlight++;
    this.#started++;
    try {
      await this.#handler(message);
      acknowledge();
      this.#nextHandled.resolve();
      this.#nextHandled = deferred();
    } catch (error) {
      if (!(error instanceof UserError) && (await this.#isBugOfOne(message, error as Error))) {
        acknowledge();
        return;
      }
      this.#failed++;
      // To be expected while stopping.
      const level = this.#isStopping ? "debug" : "error";
      this.#connection.options.log[level](
        eventFields("message_kept", error),
        `a message on ${message.topic} is kept in the broker: ${describe(error)}`,
      );
    } finally {
      this.#inFlight--;
      if (this.#inFlight === 0) this.#idle.resolve();
    }
  }

  /**
   * A bug ends the role, but not if one message meets it while others are handled: it would be delivered again, and end
   * the role again, for ever. Returns whether to drop the message.
   */
  async #isBugOfOne({ topic, payload }: IncomingMessage, error: Error): Promise<boolean> {
    const { log, onFatal } = this.#connection.options;
    const othersWork = await within(
      bugWait,
      this.#nextHandled.promise.then(() => true),
      false,
    );
    if (!othersWork) {
      onFatal(error);
      return false;
    }
    const what = `a message on ${topic} with ${payload.length} bytes is dropped because of a bug of facepipe`;
    log.error(eventFields("message_dropped"), `${what}, please report it: ${error.stack ?? error.message}`);
    this.#subscription.onBug?.();
    return true;
  }
}
