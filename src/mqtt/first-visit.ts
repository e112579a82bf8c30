import type { Logger } from "../base/log.ts";
import { doneBefore } from "../base/signals.ts";
import type { Connection, Tenant } from "./connection.ts";
import type { Link } from "./link.ts";
import { allStatuses, roleOfAnother } from "./presence.ts";

/** Longest wait for what a broker has retained, before it is said that we wait, milliseconds. */
const atOnce = 1000;

/**
 * Knows whether a role has ever been at a broker, which keeps messages for a role only from its first visit on: its retained
 * presence tells. Whether it is there now does not matter.
 */
export class FirstVisit implements Tenant {
  readonly #connection: Connection;
  readonly #role: string;
  #wasThere = false;
  #came: () => void = () => undefined;
  readonly #coming = new Promise<void>((resolve) => (this.#came = resolve));

  constructor(connection: Connection, role: string) {
    this.#connection = connection;
    this.#role = role;
    connection.add(this);
  }

  async connected({ client }: Link): Promise<void> {
    if (this.#wasThere) return;
    client.on("message", (topic, payload) => {
      if (roleOfAnother(this.#connection.broker.clientId, topic, payload) !== this.#role) return;
      this.#wasThere = true;
      this.#came();
    });
    await client.subscribeAsync(allStatuses, { qos: 0 });
  }

  /** Resolves once the role has been there, or `signal` aborts; says so when that takes long. */
  async over(log: Logger, signal: AbortSignal): Promise<void> {
    const said = setTimeout(() => {
      const { href } = this.#connection.broker;
      log.info(
        `waiting until a ${this.#role} has been at ${href}; ${allStatuses}, which we must be allowed to read, tells`,
      );
    }, atOnce);
    await doneBefore(this.#coming, signal);
    clearTimeout(said);
  }
}
