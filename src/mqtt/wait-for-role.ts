import { doneBefore } from "../base/abort.ts";
import { deferred } from "../base/deferred.ts";
import { UserError } from "../base/errors.ts";
import { eventFields } from "../base/log-events.ts";
import type { Connection, ConnectionExtension } from "./connection.ts";
import type { Link } from "./link.ts";
import type { MessageRouter } from "./message-router.ts";
import { allStatuses, readStatus, requestPresence, statusPrefix } from "./presence.ts";

/** A shorter wait is not logged, milliseconds. */
const logAfter = 1000;

/**
 * Waits, while the connection is set up, until the broker queues messages for the role that is to receive what we
 * publish. Add it before the publisher.
 *
 * A broker queues messages for a client that has subscribed once, online or not, and the client's retained presence
 * shows that it has. Not so with a shared subscription: Mosquitto 2.0.11 forgets it at a restart, until a member
 * subscribes again. Then a member must be online at each new connection: we request presence, and it answers.
 */
export class RoleWaiter implements ConnectionExtension {
  readonly #connection: Connection;
  readonly #role: string;
  readonly #stop: AbortSignal;
  /** The role has subscribed, and not with a shared subscription: it needs no check any more. */
  #hasSubscribed = false;
  #found = deferred();

  constructor(connection: Connection, role: string, stop: AbortSignal) {
    this.#connection = connection;
    this.#role = role;
    this.#stop = stop;
  }

  route(router: MessageRouter): void {
    router.listen(statusPrefix, ({ topic, payload, retain }) => {
      const status = readStatus(topic, payload);
      if (status?.role === this.#role && status.clientId !== this.#connection.options.broker.clientId) {
        if (status.share === undefined) this.#hasSubscribed = true;
        // A retained status may be older than the broker's restart.
        if (this.#hasSubscribed || (status.state === "online" && !retain)) this.#found.resolve();
      }
      return status !== undefined;
    });
  }

  async connected({ client }: Link): Promise<void> {
    if (this.#hasSubscribed) return;
    const { log, broker } = this.#connection.options;
    const found = deferred();
    this.#found = found;
    // The next link requests presence again.
    client.once("close", () => found.resolve());
    await client.subscribeAsync(allStatuses, { qos: 0 });
    await requestPresence(client, broker.clientId);
    const timer = setTimeout(() => {
      log.info(
        eventFields("waiting_for_role"),
        `waiting for a ${this.#role} at ${broker.href}; both must be allowed to read ${allStatuses}`,
      );
    }, logAfter);
    const isFound = await doneBefore(found.promise, this.#stop);
    clearTimeout(timer);
    if (!isFound) throw new UserError("STOPPED", `stopped before a ${this.#role} was at ${broker.href}`);
  }
}
