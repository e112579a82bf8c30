import type { Connection, ConnectionExtension } from "./connection.ts";
import { linkClosed } from "./keep-connected.ts";
import type { Link } from "./link.ts";
import type { OutgoingMessage } from "./message.ts";
import { reasonCode, requestRefused } from "./mqtt-errors.ts";
import { publishDirectly } from "./mqttjs-internals/direct-publish.ts";

/** `lost`: not sent, or the connection ended before the broker answered, which may mean that it has the message. */
type Answer = "acknowledged" | "lost";
type Message = Omit<OutgoingMessage, "qos" | "retain">;

interface Pending {
  readonly message: Message;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/** Messages that wait for room in the window; more are lost. */
const mostWaiting = 500;
/** Pauses after a link that ended with messages unanswered, milliseconds. */
const pauses = { min: 1000, max: 5 * 60_000 };

/**
 * Publishes, at QoS 1, what its caller can do without: nothing is sent again on the next link, and nothing waits for
 * one. See Publisher for messages that must arrive.
 *
 * A broker may answer a message that it forbids by disconnecting. So after a loss this pauses, for longer each time,
 * until a message is acknowledged: what else uses the connection goes on.
 */
export class BestEffortPublisher implements ConnectionExtension {
  readonly #connection: Connection;
  readonly #window: number;
  #link: Link | undefined;
  /** Of the current link. */
  #unanswered = new Set<Pending>();
  #waiting = new Set<Pending>();
  #pause = 0;
  #pausedUntil = 0;

  /** `window`: maximum number of unacknowledged messages; the broker may allow fewer. */
  constructor(connection: Connection, window: number) {
    this.#connection = connection;
    this.#window = window;
  }

  /** How many more messages may be in flight now; 0 while disconnected. */
  get free(): number {
    const link = this.#link;
    if (!link?.client.connected) return 0;
    return Math.max(0, Math.min(this.#window, link.receiveMaximum) - this.#unanswered.size);
  }

  /** Until what is published may be sent, milliseconds. */
  get pause(): number {
    return Math.max(0, this.#pausedUntil - performance.now());
  }

  connected(link: Link): void {
    this.#link = link;
    const [unanswered, waiting] = [new Set<Pending>(), new Set<Pending>()];
    this.#unanswered = unanswered;
    this.#waiting = waiting;
    void linkClosed(link).then(() => {
      if (unanswered.size > 0) {
        this.#pause = Math.min(pauses.max, Math.max(pauses.min, this.#pause * 2));
        this.#pausedUntil = performance.now() + this.#pause;
      }
      for (const { resolve } of [...unanswered, ...waiting]) resolve("lost");
      unanswered.clear();
      waiting.clear();
    });
  }

  /** Rejects with a UserError when the broker refuses the message. */
  publish(message: Message): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const link = this.#link;
      const topicLength = Buffer.byteLength(message.topic);
      const canSend =
        link?.client.connected &&
        this.pause === 0 &&
        this.#waiting.size < mostWaiting &&
        // A topic name has a length of two bytes; a longer one would corrupt the packet.
        topicLength <= 65535 &&
        // Its properties and header have less than 1000 bytes.
        topicLength + message.payload.length + 1000 <= link.maximumPacketSize;
      if (!canSend) return resolve("lost");
      this.#waiting.add({ message, resolve, reject });
      this.#send(link);
    });
  }

  #send(link: Link): void {
    for (const pending of this.#waiting) {
      if (this.free === 0) return;
      this.#waiting.delete(pending);
      this.#sendOne(link, pending);
    }
  }

  #sendOne(link: Link, pending: Pending): void {
    const { topic, payload, properties } = pending.message;
    const unanswered = this.#unanswered.add(pending);
    const packet = { topic, payload, qos: 1 as const, retain: false };
    if (properties && link.version === "5") Object.assign(packet, { properties });
    publishDirectly(link.client, packet, (error) => {
      if (!unanswered.delete(pending)) return;
      this.#pause = 0;
      if (!error) pending.resolve("acknowledged");
      else if (reasonCode(error) === undefined) pending.resolve("lost");
      else {
        const { href } = this.#connection.options.broker;
        pending.reject(requestRefused("BROKER_PUBLISH_REFUSED", href, `a message to ${topic}`, error));
      }
      if (link === this.#link) this.#send(link);
    });
  }
}
