import type { IClientPublishOptions } from "mqtt";
import { refused, UserError } from "../base/errors.ts";
import { sleep } from "../base/time.ts";
import type { Connection, ConnectionExtension } from "./connection.ts";
import type { Link } from "./link.ts";
import { isPassing, meaningOf, reasonCode, remedyFor } from "./mqtt-errors.ts";
import { publishDirectly } from "./mqttjs-internals/direct-publish.ts";

export type Qos = 0 | 1 | 2;

export interface OutgoingMessage {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: Qos;
  readonly retain?: boolean;
  /** MQTT 5 properties; left away with 3.1.1. */
  readonly properties?: IClientPublishOptions["properties"];
}

/** The broker announced that it takes no packet of this size. */
export class PacketTooLarge extends UserError {}

interface Pending {
  readonly message: OutgoingMessage;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Wait before a message is sent again that the broker could not take just now, milliseconds. */
const refusedPause = 1000;
/** A PUBLISH is its payload, its topic, and at least so many bytes: header, length, packet identifier, properties. */
const leastOverhead = 9;

/**
 * Publishes at least once: resolves when the broker acknowledged (QoS 0: when written), and sends all that is not
 * acknowledged again, in order, on each new link. What is sent again may arrive twice; receivers know it by its id.
 */
export class Publisher implements ConnectionExtension {
  readonly #connection: Connection;
  readonly #window: number;
  readonly #waiting = new Set<Pending>();
  readonly #sent = new Set<Pending>();
  #link: Link | undefined;

  /** `window`: unacknowledged messages at once, at most; the broker may allow fewer. */
  constructor(connection: Connection, window: number) {
    this.#connection = connection;
    this.#window = window;
    connection.add(this);
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
    const again = [...this.#sent, ...this.#waiting];
    this.#sent.clear();
    this.#waiting.clear();
    for (const pending of again) this.#waiting.add(pending);
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
    if (payload.length + Buffer.byteLength(topic) + leastOverhead > link.maximumPacketSize) {
      pending.reject(this.#tooLarge(pending.message, link));
      return;
    }
    this.#sent.add(pending);
    const packet = {
      topic,
      payload,
      qos,
      retain,
      ...(properties && link.version === "5" ? { properties } : {}),
    };
    const answer = (error?: Error) => {
      // An answer from a link that is gone: the message is already on its way again.
      if (link !== this.#link || !this.#sent.delete(pending)) return;
      if (error) this.#refused(link, pending, error);
      else pending.resolve();
      this.#send();
    };
    if (qos === 0) link.client.publish(topic, payload, packet, answer);
    else publishDirectly(link.client, packet, answer);
  }

  #refused(link: Link, pending: Pending, error: Error): void {
    const code = reasonCode(error);
    if (code !== undefined && !isPassing(code)) {
      const { topic } = pending.message;
      const { href } = this.#connection.broker;
      pending.reject(
        refused(
          `the broker ${href} refused a message to ${topic}: ${meaningOf(code)}`,
          remedyFor(code),
          error,
        ),
      );
      return;
    }
    // Nothing was said against the message itself: it keeps its place in the window and is sent again after a pause.
    this.#sent.add(pending);
    this.#connection.log.debug(`sent again in ${refusedPause} ms: ${error.message}`);
    void sleep(refusedPause).then(() => {
      if (link !== this.#link || !this.#sent.delete(pending)) return;
      this.#waiting.add(pending);
      this.#send();
    });
  }

  #tooLarge({ topic, payload }: OutgoingMessage, link: Link): PacketTooLarge {
    const { href } = this.#connection.broker;
    return new PacketTooLarge(
      "MESSAGE_TOO_LARGE",
      `a message to ${topic} has ${payload.length} bytes, and ${href} takes packets of ${link.maximumPacketSize}`,
      "Raise the broker's max_packet_size",
    );
  }
}
