import { describe } from "../base/errors.ts";
import { eventFields } from "../base/log-events.ts";
import { within } from "../base/time.ts";
import type { Connection, ConnectionExtension } from "./connection.ts";
import type { Link } from "./link.ts";

/** Retained on each broker that a forwarder meets: the name by which all forwarders know this broker. */
export const identityTopic = "facepipe/broker";
/** A retained message follows the SUBACK at once; this is a bound for brokers that have none. */
const answerTimeout = 1000;

/**
 * Which broker this is, whatever address it is reached by. The first forwarder to come leaves a random name there as
 * a retained message.
 */
export class BrokerIdentity implements ConnectionExtension {
  readonly #connection: Connection;
  readonly #newName: string;
  #asked: () => void = () => undefined;
  /** Resolves when the broker was asked for its name: a resumed session's messages come before. */
  readonly known = new Promise<void>((resolve) => (this.#asked = resolve));
  #name: string | undefined;

  constructor(connection: Connection, newName: string) {
    this.#connection = connection;
    this.#newName = newName;
    connection.add(this);
  }

  /** Undefined where the topic is forbidden: another name, such as the address, would be shared with other brokers. */
  get name(): string | undefined {
    return this.#name;
  }

  async connected({ client }: Link): Promise<void> {
    let answered: () => void = () => undefined;
    const answer = new Promise<void>((resolve) => (answered = resolve));
    client.on("message", (topic, payload) => {
      // The last one left wins for everybody, should two forwarders come at the same moment.
      if (topic !== identityTopic || payload.length === 0) return;
      this.#name = payload.toString("utf8");
      answered();
    });
    try {
      await client.subscribeAsync(identityTopic, { qos: 0 });
      await within(answerTimeout / 4, answer, undefined);
      if (this.#name !== undefined) return;
      const left = client.publishAsync(identityTopic, this.#newName, { qos: 1, retain: true });
      // A broker that vanishes now would never answer; the connection has to come back all the same.
      await within(answerTimeout, Promise.all([left, answer]), undefined);
    } catch (error) {
      const { log, broker } = this.#connection;
      log.warn(
        eventFields("broker_feature_missing", error),
        `${broker.href} cannot be told from others, since ${identityTopic} is not allowed: ${describe(error)}`,
      );
    } finally {
      this.#asked();
    }
  }
}
