import type { ConnectionOptions } from "./connection-options.ts";
import type { Link } from "./link.ts";
import { reasonCode } from "./mqtt-errors.ts";
import { roundTrip } from "./round-trip.ts";
import { statusPrefix } from "./topics.ts";

type State = "online" | "offline" | "lost";

/** The retained message that says whether a role is online; as the will, `lost`, the broker publishes it. */
export class Presence {
  readonly #topic: string;
  readonly #role: Pick<ConnectionOptions, "role" | "share">;
  #isForbidden = false;
  #online: Buffer;

  constructor({ broker, role, share }: Pick<ConnectionOptions, "broker" | "role" | "share">) {
    this.#topic = statusPrefix + broker.clientId;
    this.#role = { role, share };
    this.#online = this.#payload("online");
  }

  get will(): { readonly topic: string; readonly payload: Buffer } {
    return { topic: this.#topic, payload: this.#payload("lost") };
  }

  /**
   * Rejects when the broker refuses; from then on it does nothing: Mosquitto 2.0 may end each connection on which it
   * has refused a message.
   */
  async publish({ client }: Link, state: "online" | "offline"): Promise<void> {
    if (this.#isForbidden) return;
    const payload = this.#payload(state);
    if (state === "online") this.#online = payload;
    try {
      await client.publishAsync(this.#topic, payload, { qos: 1, retain: true });
    } catch (error) {
      if (reasonCode(error) !== undefined) this.#isForbidden = true;
      throw error;
    }
  }

  /** Publishes it again, even if it was refused: returns whether the broker answered, and then still was connected. */
  async probe({ client }: Link): Promise<boolean> {
    try {
      await client.publishAsync(this.#topic, this.#online, { qos: 1, retain: true });
      return true;
    } catch (error) {
      if (reasonCode(error) === undefined || !client.connected) return false;
    }
    return roundTrip(client);
  }

  #payload(state: State): Buffer {
    return Buffer.from(JSON.stringify({ state, ...this.#role, since: new Date().toISOString() }));
  }
}
