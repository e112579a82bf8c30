import { deferred } from "../base/deferred.ts";
import type { Connection, ConnectionExtension } from "./connection.ts";
import { linkClosed } from "./keep-connected.ts";
import type { Link } from "./link.ts";
import type { OutgoingMessage } from "./message.ts";
import { reasonCode, requestRefused } from "./mqtt-errors.ts";
import { publishDirectly } from "./mqttjs-internals/direct-publish.ts";
import { publishPacketSize } from "./publish-packet.ts";

/** `lost`: not sent, or not answered in time or before the connection ended; the broker may have the message then. */
type Answer = "acknowledged" | "lost";
type Message = Omit<OutgoingMessage, "qos">;

interface Pending {
  readonly message: Message;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/** Messages that wait for room in the window; more are lost. */
const mostWaiting = 500;
/** How long a message waits to be sent and answered, milliseconds. */
const answerTimeout = 30_000;
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
  readonly #timeout: number;
  #link: Link | undefined;
  /** Of the current link. */
  #unanswered = new Set<Pending>();
  #waiting = new Set<Pending>();
  #pause = 0;
  #pausedUntil = 0;

  /**
   * `window`: maximum number of unacknowledged messages; the broker may allow fewer. `timeout`: how long a message waits to
   * be sent and answered, milliseconds.
   */
  constructor(connection: Connection, window: number, timeout = answerTimeout) {
    this.#connection = connection;
    this.#window = window;
    this.#timeout = timeout;
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
  async publish(message: Message): Promise<Answer> {
    const link = this.#link;
    const canSend =
      link?.client.connected &&
      this.pause === 0 &&
      this.#waiting.size < mostWaiting &&
      isSendable(message, link);
    if (!canSend) return "lost";
    const { promise, resolve, reject } = deferred<Answer>();
    const pending: Pending = { message, resolve, reject };
    const waiting = this.#waiting.add(pending);
    const timer = setTimeout(() => {
      waiting.delete(pending);
      // One that was sent still counts as unanswered: the broker may not accept another in its place.
      resolve("lost");
    }, this.#timeout);
    timer.unref();
    this.#send(link);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  #send(link: Link): void {
    for (const pending of this.#waiting) {
      if (this.free === 0) return;
      this.#waiting.delete(pending);
      this.#sendOne(link, pending);
    }
  }

  #sendOne(link: Link, pending: Pending): void {
    const { topic, payload, retain = false, properties } = pending.message;
    const unanswered = this.#unanswered.add(pending);
    const packet = { topic, payload, qos: 1 as const, retain };
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

/** Whether there is such a packet, and the broker accepts its size: it would end the connection otherwise. */
function isSendable(message: Message, { version, maximumPacketSize }: Link): boolean {
  try {
    return publishPacketSize({ ...message, qos: 1 }, version) <= maximumPacketSize;
  } catch {
    return false;
  }
}
