import { UserError } from "../base/errors.ts";
import { sleep } from "../base/time.ts";
import type { Connection, ConnectionExtension } from "./connection.ts";
import type { Link } from "./link.ts";
import type { OutgoingMessage } from "./message.ts";
import { isTransientCode, reasonCode, requestRefused } from "./mqtt-errors.ts";
import { publishDirectly } from "./mqttjs-internals/direct-publish.ts";

interface Pending {
  readonly message: OutgoingMessage;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Wait before a message is sent again that the broker could not accept for the moment, milliseconds. */
const retryDelay = 1000;
/** A PUBLISH has at least this many bytes beside payload and topic: header, length, packet identifier, properties. */
const minOverhead = 9;

/**
 * Publishes at least once: resolves when the broker has acknowledged (QoS 0: when written), and sends everything
 * unacknowledged again, in order, on each new link. A message that is sent again may arrive twice; receivers recognise
 * it by its id.
 */
export class Publisher implements ConnectionExtension {
  readonly #connection: Connection;
  readonly #window: number;
  readonly #waiting = new Set<Pending>();
  readonly #sent = new Set<Pending>();
  #link: Link | undefined;

  /** `window`: maximum number of unacknowledged messages; the broker may allow fewer. */
  constructor(connection: Connection, window: number) {
    this.#connection = connection;
    this.#window = window;
  }

  /** Messages that are not acknowledged yet. */
  get inFlight(): number {
    return this.#waiting.size + this.#sent.size;
  }

  /** Resolves when the broker has the message. Rejects with a UserError when it refuses this message. */
  publish(message: OutgoingMessage): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.add({ message, resolve, reject });
      this.#send();
    });
  }

  connected(link: Link): void {
    this.#link = link;
    const unacknowledged = [...this.#sent, ...this.#waiting];
    this.#sent.clear();
    this.#waiting.clear();
    for (const pending of unacknowledged) this.#waiting.add(pending);
    this.#send();
  }

  #send(): void {
    const link = this.#link;
    if (!link?.client.connected) return;
    const window = Math.min(this.#window, link.receiveMaximum);
    for (const pending of this.#waiting) {
      if (this.#sent.size >= window) return;
      this.#waiting.delete(pending);
      this.#sendOne(link, pending);
    }
  }

  #sendOne(link: Link, pending: Pending): void {
    const { topic, payload, qos, retain = false, properties } = pending.message;
    const { maximumPacketSize } = link;
    if (payload.length + Buffer.byteLength(topic) + minOverhead > maximumPacketSize) {
      const limit = `${this.#href} accepts packets of at most ${maximumPacketSize}`;
      const message = `a message to ${topic} has ${payload.length} bytes, and ${limit}`;
      pending.reject(new UserError("MESSAGE_TOO_LARGE", message, "Raise the broker's max_packet_size"));
      return;
    }
    this.#sent.add(pending);
    const packet = { topic, payload, qos, retain };
    if (properties && link.version === "5") Object.assign(packet, { properties });
    const onAnswer = (error?: Error) => {
      // An answer from a lost link: the message has been sent again on the next one.
      if (link !== this.#link || !this.#sent.delete(pending)) return;
      if (error) this.#onRefused(link, pending, error);
      else pending.resolve();
      this.#send();
    };
    if (qos === 0) link.client.publish(topic, payload, packet, onAnswer);
    else publishDirectly(link.client, packet, onAnswer);
  }

  #onRefused(link: Link, pending: Pending, error: Error): void {
    const code = reasonCode(error);
    if (code !== undefined && !isTransientCode(code)) {
      const what = `a message to ${pending.message.topic}`;
      pending.reject(requestRefused("BROKER_PUBLISH_REFUSED", this.#href, what, error));
      return;
    }
    // The broker did not object to the message itself: it keeps its place in the window and is sent again.
    this.#sent.add(pending);
    this.#connection.options.log.debug(`sent again in ${retryDelay} ms: ${error.message}`);
    void sleep(retryDelay).then(() => {
      if (link !== this.#link || !this.#sent.delete(pending)) return;
      this.#waiting.add(pending);
      this.#send();
    });
  }

  get #href(): string {
    return this.#connection.options.broker.href;
  }
}
