import type { Link } from "./link.ts";

const statuses = "facepipe/status/";
/** The presence of all; a client identifier in a topic is one level. */
export const allStatuses = `${statuses}+`;

/** The role whose presence this is; undefined when it is none, or that of `clientId` itself. */
export function roleOfAnother(clientId: string, topic: string, payload: Buffer): string | undefined {
  if (!topic.startsWith(statuses) || topic === statuses + clientId) return undefined;
  try {
    return JSON.parse(payload.toString("utf8"))?.role;
  } catch {
    return undefined;
  }
}

/** The retained message that says whether a role is there; the broker itself says `lost` when it vanishes. */
export class Presence {
  readonly #topic: string;
  readonly #role: string;

  constructor(clientId: string, role: string) {
    this.#topic = `${statuses}${clientId}`;
    this.#role = role;
  }

  get will(): { readonly topic: string; readonly payload: Buffer } {
    return { topic: this.#topic, payload: this.#payload("lost") };
  }

  async arrive(link: Link): Promise<void> {
    await this.#publish(link, "online");
  }

  async leave(link: Link): Promise<void> {
    await this.#publish(link, "offline");
  }

  async #publish({ client }: Link, state: "online" | "offline"): Promise<void> {
    await client.publishAsync(this.#topic, this.#payload(state), { qos: 1, retain: true });
  }

  #payload(state: "online" | "offline" | "lost"): Buffer {
    return Buffer.from(JSON.stringify({ state, role: this.#role, since: new Date().toISOString() }));
  }
}
