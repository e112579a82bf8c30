import { describe } from "../base/errors.ts";
import { eventFields } from "../base/log-events.ts";
import type { Connection, ConnectionExtension } from "./connection.ts";
import type { Link } from "./link.ts";
import { allStatuses, readStatus } from "./presence.ts";
import type { IncomingMessage } from "./subscriber.ts";

/** Says that we are here whenever somebody knocks: a Recipient's other side. */
export class PresenceResponder implements ConnectionExtension {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async connected({ client, version }: Link): Promise<void> {
    // Only what comes from now on.
    const live = version === "5" ? { rh: 2 } : {};
    try {
      await client.subscribeAsync(allStatuses, { qos: 0, ...live });
    } catch (error) {
      const { log, broker } = this.#connection;
      log.warn(
        eventFields("broker_feature_missing", error),
        `forward --after cannot see us at ${broker.href}, since ${allStatuses} is not allowed: ${describe(error)}`,
      );
    }
  }

  /** Whether the message is somebody's presence, our own included, and with that done. */
  hears({ topic, payload }: IncomingMessage): boolean {
    const status = readStatus(topic, payload);
    if (status?.state === "arriving") this.#connection.announce();
    return status !== undefined;
  }
}
