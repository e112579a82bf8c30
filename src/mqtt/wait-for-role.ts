import { doneBefore } from "../base/abort.ts";
import { unreachable } from "../base/errors.ts";
import { eventFields } from "../base/log-events.ts";
import type { Connection, ConnectionExtension } from "./connection.ts";
import type { Link } from "./link.ts";
import { allStatuses, readStatus, requestPresence } from "./presence.ts";

/** Longest wait before it is said that we wait, milliseconds. */
const atOnce = 1000;

/**
 * The role that is to get what we publish: the connection is set up only once the broker keeps messages for it. Add it
 * before what publishes.
 *
 * A broker keeps messages for a role from its first visit on, whether it is there or not, and its retained presence
 * tells of that visit. Not so for a shared subscription, which Mosquitto 2.0.11 forgets when it restarts, until a member
 * is back: then one must be there at each new connection. We knock, and it answers.
 */
export class RoleWaiter implements ConnectionExtension {
  readonly #connection: Connection;
  readonly #role: string;
  readonly #stop: AbortSignal;
  /** For good: it has been there, with a subscription of its own. */
  #isKnown = false;

  constructor(connection: Connection, role: string, stop: AbortSignal) {
    this.#connection = connection;
    this.#role = role;
    this.#stop = stop;
  }

  async connected({ client }: Link): Promise<void> {
    if (this.#isKnown) return;
    const { log, broker } = this.#connection;
    const there = new Promise<void>((resolve) => {
      client.on("message", (topic, payload, { retain }) => {
        const status = readStatus(topic, payload);
        if (status?.role !== this.#role || status.clientId === broker.clientId) return;
        if (status.share === undefined) this.#isKnown = true;
        // What is retained may be of before a crash.
        if (this.#isKnown || (status.state === "online" && !retain)) resolve();
      });
      // This link needs no answer any more; the next one asks again.
      client.once("close", () => resolve());
    });
    await client.subscribeAsync(allStatuses, { qos: 0 });
    await requestPresence(client, broker.clientId);
    const said = setTimeout(() => {
      log.info(
        eventFields("waiting_for_role"),
        `waiting for a ${this.#role} at ${broker.href}; ${allStatuses} tells, which both must be allowed to read`,
      );
    }, atOnce);
    const came = await doneBefore(there, this.#stop);
    clearTimeout(said);
    if (!came) throw unreachable(`stopped before a ${this.#role} was at ${broker.href}`);
  }
}
