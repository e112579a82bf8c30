import { UserError } from "../base/errors.ts";
import { sleep } from "../base/time.ts";
import type { Connection, ConnectionExtension } from "./connection.ts";
import { onConnectionEnd } from "./connection-end.ts";
import type { Interrupted } from "./connection-options.ts";
import { Isolation } from "./isolation.ts";
import type { Link } from "./link.ts";
import type { OutgoingMessage } from "./message.ts";
import { isTransientCode, packetTooLarge, reasonCode, requestRefused } from "./mqtt-errors.ts";
import { publishDirectly } from "./mqttjs-internals/direct-publish.ts";
import { publishPacketSize, shortened } from "./publish-packet.ts";
import { topicHint } from "./topics.ts";

interface Pending {
  readonly message: OutgoingMessage;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  /** Transient refusals in a row. */
  refusals: number;
}

/** Wait before a message is sent again that the broker could not accept for the moment, milliseconds. */
const retryDelay = 1000;
/** A message that was refused this often is the caller's to judge: it knows what became of others. */
const maxRefusals = 3;
/** Connections in a row that end with the same message in flight, before messages are published one by one. */
const endsBeforeIsolation = 3;
/** Messages to one topic that end the connection, before the next one is rejected at its first end. */
const rejectionsBeforeTopic = 3;
const maxTopics = 1000;

/**
 * Publishes at least once: resolves when the broker has acknowledged (QoS 0: when written), and sends everything
 * unacknowledged again, in order, on each new link. A message that is sent again may arrive twice; receivers recognise
 * it by its id. A message that the broker refuses, or that ends the connection, does not hold the others.
 */
export class Publisher implements ConnectionExtension {
  readonly #connection: Connection;
  readonly #window: number;
  readonly #waiting = new Set<Pending>();
  readonly #sent = new Set<Pending>();
  /** Refused for the moment, to be sent again soon. */
  readonly #delayed = new Set<Pending>();
  #link: Link | undefined;
  /** The messages that were in flight at each of the last ends of a connection, and how many ends that were. */
  #common: Pending[] = [];
  #ends = 0;
  #isolation: Isolation<Pending> | undefined;
  /** The last isolation found a message: the next suspect is isolated at once. */
  #hasRejected = false;
  /** How many messages to a topic were found to end the connection since the broker last answered one. */
  readonly #rejections = new Map<string, number>();
  /** The broker has answered something on the current or last link. */
  #hasAnswered = false;
  /** The link on which a probe is not answered yet. */
  #probed: Link | undefined;

  /** `window`: maximum number of unacknowledged messages; the broker may allow fewer. */
  constructor(connection: Connection, window: number) {
    this.#connection = connection;
    this.#window = window;
  }

  /** Messages that are not acknowledged yet. */
  get inFlight(): number {
    return this.#waiting.size + this.#sent.size + this.#delayed.size;
  }

  /** Resolves when the broker has the message. Rejects with a UserError when it refuses this message. */
  publish(message: OutgoingMessage): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.add({ message, resolve, reject, refusals: 0 });
      this.#send();
    });
  }

  connected(link: Link): void {
    if (this.#link) this.#onEnd(this.#link, false);
    this.#link = link;
    this.#hasAnswered = false;
    this.#isolation?.connected(performance.now());
    onConnectionEnd(link, (mayBeMessage) => this.#onEnd(link, mayBeMessage));
    this.#send();
  }

  interrupted(): Interrupted | undefined {
    const [first] = this.#common;
    // In an outage, in which nothing is answered, the waits between connections grow as always.
    const isIsolated = this.#isolation !== undefined && this.#hasAnswered;
    return first && { what: nameOf(first.message), isIsolated };
  }

  #send(): void {
    const link = this.#link;
    if (!link?.client.connected) return;
    if (this.#isolation) {
      this.#sendIsolated(link, this.#isolation);
      return;
    }
    const window = Math.min(this.#window, link.receiveMaximum);
    for (const pending of this.#waiting) {
      if (this.#sent.size + this.#delayed.size >= window) return;
      this.#sendOne(link, pending);
    }
  }

  /** Publishes one message at a time. */
  #sendIsolated(link: Link, isolation: Isolation<Pending>): void {
    while (this.#sent.size === 0) {
      if (isolation.isOver) {
        this.#isolation = undefined;
        this.#connection.options.log.debug("every message that was isolated is acknowledged or rejected");
        this.#send();
        return;
      }
      const step = isolation.next(this.#waiting, performance.now());
      if (step?.do === "publish") {
        if (this.#sendOne(link, step.message)) isolation.published(step.message, performance.now());
        else isolation.removed(step.message);
      } else if (step?.do === "reject") {
        this.#rejectIsolated(step.message);
      } else {
        if (step?.do === "probe") this.#probe(link, isolation);
        if (step?.do === "wait") void sleep(step.time).then(() => this.#resume(link, isolation));
        return;
      }
    }
  }

  #probe(link: Link, isolation: Isolation<Pending>): void {
    if (this.#probed === link) return;
    this.#probed = link;
    void this.#connection.probe(link).then((isAnswered) => {
      if (link !== this.#link) return;
      this.#probed = undefined;
      if (!isAnswered) return;
      this.#hasAnswered = true;
      isolation.probed();
      this.#resume(link, isolation);
    });
  }

  #resume(link: Link, isolation: Isolation<Pending>): void {
    if (link === this.#link && isolation === this.#isolation) this.#send();
  }

  #rejectIsolated(pending: Pending): void {
    this.#waiting.delete(pending);
    this.#hasRejected = true;
    const { topic } = pending.message;
    if (this.#rejections.size >= maxTopics) this.#rejections.clear();
    this.#rejections.set(topic, (this.#rejections.get(topic) ?? 0) + 1);
    const what = `${this.#href} ends the connection whenever it receives ${nameOf(pending.message)}`;
    const remedy =
      "Check the broker's limits (size, topic levels) and its access rules (ACL); its log may say more";
    pending.reject(
      new UserError("MESSAGE_ENDS_CONNECTION", what, remedy + topicHint(topic, "--name or --topic")),
    );
  }

  /** Returns whether the message is sent; if not, it is rejected. */
  #sendOne(link: Link, pending: Pending): boolean {
    this.#waiting.delete(pending);
    const { topic, payload, qos, retain = false, properties } = pending.message;
    const fault = this.#faultOf(pending.message, link);
    if (fault) {
      pending.reject(fault);
      return false;
    }
    this.#sent.add(pending);
    const packet = { topic, payload, qos, retain };
    if (properties && link.version === "5") Object.assign(packet, { properties });
    const onAnswer = (error?: Error) => {
      // An answer from a lost link: the message has been sent again on the next one.
      if (link !== this.#link) return;
      // MQTT.js calls back with "Connection closed" before it emits the close: no answer.
      if (error && reasonCode(error) === undefined) return;
      if (!this.#sent.delete(pending)) return;
      this.#hasAnswered = true;
      this.#rejections.delete(topic);
      this.#isolation?.answered(pending, Boolean(error), performance.now());
      if (error) this.#onRefused(link, pending, error);
      else pending.resolve();
      this.#send();
    };
    if (qos === 0) link.client.publish(topic, payload, packet, onAnswer);
    else publishDirectly(link.client, packet, onAnswer);
    return true;
  }

  #faultOf(message: OutgoingMessage, { version, maximumPacketSize }: Link): Error | undefined {
    try {
      const size = publishPacketSize(message, version);
      return size > maximumPacketSize
        ? packetTooLarge(this.#href, nameOf(message), maximumPacketSize)
        : undefined;
    } catch (error) {
      return error as Error;
    }
  }

  #onRefused(link: Link, pending: Pending, error: Error): void {
    const code = reasonCode(error);
    pending.refusals++;
    if (code === tooLarge) {
      pending.reject(packetTooLarge(this.#href, nameOf(pending.message), link.maximumPacketSize, error));
      return;
    }
    if (code !== undefined && (!isTransientCode(code) || pending.refusals >= maxRefusals)) {
      pending.reject(requestRefused("BROKER_PUBLISH_REFUSED", this.#href, nameOf(pending.message), error));
      return;
    }
    // The broker did not object to the message itself: it keeps its place in the window and is sent again.
    this.#delayed.add(pending);
    this.#connection.options.log.debug(`sent again in ${retryDelay} ms: ${error.message}`);
    void sleep(retryDelay).then(() => {
      if (link !== this.#link || !this.#delayed.delete(pending)) return;
      this.#waiting.add(pending);
      this.#send();
    });
  }

  #onEnd(link: Link, mayBeMessage: boolean): void {
    if (link !== this.#link) return;
    this.#link = undefined;
    const common = this.#common.filter((pending) => this.#sent.has(pending));
    this.#ends = common.length > 0 ? this.#ends + 1 : 1;
    this.#common = common.length > 0 ? common : [...this.#sent];
    this.#isolation?.ended(performance.now(), mayBeMessage);
    const isSuspicious = this.#common.length > 0 && (this.#hasRejected || this.#ends >= endsBeforeIsolation);
    if (isSuspicious && !this.#isolation) {
      this.#hasRejected = false;
      const isExpected = ({ message }: Pending) =>
        (this.#rejections.get(message.topic) ?? 0) >= rejectionsBeforeTopic;
      this.#isolation = new Isolation([...this.#common, ...this.#sent], isExpected);
      this.#connection.options.log.debug("isolating: messages are published one by one");
    }
    const unacknowledged = [...this.#sent, ...this.#delayed, ...this.#waiting];
    for (const set of [this.#sent, this.#delayed, this.#waiting]) set.clear();
    for (const pending of unacknowledged) this.#waiting.add(pending);
  }

  get #href(): string {
    return this.#connection.options.broker.href;
  }
}

/** MQTT 5: "packet too large". */
const tooLarge = 0x95;

function nameOf({ topic, payload }: OutgoingMessage): string {
  return `a message of ${payload.length} bytes to ${shortened(topic)}`;
}
