import { deferred } from "../base/deferred.ts";
import { describe } from "../base/errors.ts";
import { eventFields } from "../base/log-events.ts";
import { within } from "../base/time.ts";
import type { Connection, ConnectionExtension } from "./connection.ts";
import type { Link } from "./link.ts";
import type { MessageRouter } from "./message-router.ts";
import { reasonCode } from "./mqtt-errors.ts";
import { identityTopic } from "./topics.ts";

/** A retained message follows the SUBACK immediately; this bounds the wait at a broker without one, milliseconds. */
const answerTimeout = 1000;

/**
 * Identifies the broker regardless of the address it is reached at. The first forwarder that connects publishes a
 * random name as a retained message.
 */
export class BrokerIdentity implements ConnectionExtension {
  readonly #connection: Connection;
  readonly #newName: string;
  readonly #known = deferred();
  /** Resolves when the broker was asked for its name: the messages of a resumed session arrive earlier. */
  readonly known = this.#known.promise;
  #received = deferred();
  #name: string | undefined;
  #isForbidden = false;
  #version: Link["version"] | undefined;

  constructor(connection: Connection, newName: string) {
    this.#connection = connection;
    this.#newName = newName;
  }

  /** Undefined where the topic is forbidden: a substitute, such as the address, might name several brokers. */
  get name(): string | undefined {
    return this.#name;
  }

  /** The protocol version of the latest link. */
  get version(): Link["version"] | undefined {
    return this.#version;
  }

  route(router: MessageRouter): void {
    router.listen(identityTopic, ({ payload }) => {
      // If two forwarders publish a name at the same moment, the last one wins for both.
      if (payload.length === 0) return true;
      this.#name = payload.toString("utf8");
      this.#received.resolve();
      return true;
    });
  }

  async connected({ client, version }: Link): Promise<void> {
    this.#version = version;
    const received = deferred();
    this.#received = received;
    try {
      await client.subscribeAsync(identityTopic, { qos: 0 });
      await within(answerTimeout / 4, received.promise, undefined);
      if (this.#name !== undefined || this.#isForbidden) return;
      const published = client.publishAsync(identityTopic, this.#newName, { qos: 1, retain: true });
      // A broker that vanishes now never answers, and must not keep the connection from being set up again.
      await within(answerTimeout, Promise.all([published, received.promise]), undefined);
    } catch (error) {
      // Not published again: Mosquitto 2.0 may end each connection on which it has refused a message.
      if (reasonCode(error) !== undefined) this.#isForbidden = true;
      const { log, broker } = this.#connection.options;
      log.warn(
        eventFields("broker_feature_missing", error),
        `${broker.href} cannot be identified, because ${identityTopic} is not allowed: ${describe(error)}`,
      );
    } finally {
      this.#known.resolve();
    }
  }
}
