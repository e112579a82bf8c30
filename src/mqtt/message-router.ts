import type { MqttClient } from "mqtt";
import type { IncomingMessage } from "./message.ts";
import { type Acknowledge, deferAcks } from "./mqttjs-internals/deferred-acks.ts";
import { isProbe } from "./probe/message.ts";

/** Handles a control message; returns false for a message that is none, which then goes to the consumer. */
export type ControlListener = (message: IncomingMessage) => boolean;

/** Receives every message that no listener handled. */
export interface MessageConsumer {
  /** Whether to stop reading from the socket while `held` messages of this connection are unacknowledged. */
  isFull(held: number): boolean;
  consume(message: IncomingMessage, acknowledge: Acknowledge): void;
}

interface Listener {
  readonly topic: string;
  readonly isPrefix: boolean;
  readonly listener: ControlListener;
}

/**
 * Routes the messages of a connection: control messages to their listeners, all others to the consumer. A consumer's
 * filter may match control topics, too: it never receives what a listener handled. Control messages, and messages
 * without a consumer, are acknowledged at once, in the order of arrival.
 */
export class MessageRouter {
  readonly #listeners: Listener[] = [];
  #consumer: MessageConsumer | undefined;

  /** `topic`: a topic name, or a prefix of topic names if it ends with a slash. */
  listen(topic: string, listener: ControlListener): void {
    this.#listeners.push({ topic, isPrefix: topic.endsWith("/"), listener });
  }

  /** Replaces the consumer: a connection has one. */
  deliverTo(consumer: MessageConsumer): void {
    this.#consumer = consumer;
  }

  /** Must precede the CONNACK: the messages of a resumed session follow it, before any SUBSCRIBE is answered. */
  attach(client: MqttClient): void {
    const isFull = (held: number) => this.#consumer?.isFull(held) ?? false;
    deferAcks(client, isFull, ({ topic, payload, qos, retain, properties }, acknowledge) => {
      const message = { topic, payload: payload as Buffer, qos, retain, properties };
      if (this.#isControl(message) || !this.#consumer) acknowledge();
      else this.#consumer.consume(message, acknowledge);
    });
  }

  #isControl(message: IncomingMessage): boolean {
    // broker-check's probe has the topic of a face, since that is what access rules are made for.
    if (isProbe(message.payload)) return true;
    for (const { topic, isPrefix, listener } of this.#listeners) {
      const isMatch = isPrefix ? message.topic.startsWith(topic) : message.topic === topic;
      if (isMatch && listener(message)) return true;
    }
    return false;
  }
}
