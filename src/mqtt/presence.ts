import type { MqttClient } from "mqtt";
import type { Link } from "./link.ts";

const statuses = "facepipe/status/";
/** The presence of all; a client identifier in a topic is one level. */
export const allStatuses = `${statuses}+`;

/** What a role says of itself. */
export interface Status {
  /** `arriving` is not retained: whoever is there is asked to say so once more. */
  readonly state: "online" | "offline" | "lost" | "arriving";
  readonly role?: string;
  /** The group with which it shares its messages. */
  readonly share?: string;
}

/** What a client says of itself, and which client; undefined when the message is no presence. */
export function readStatus(
  topic: string,
  payload: Buffer,
): (Status & { readonly clientId: string }) | undefined {
  if (!topic.startsWith(statuses)) return undefined;
  try {
    const status = JSON.parse(payload.toString("utf8"));
    return typeof status?.state === "string"
      ? { ...status, clientId: topic.slice(statuses.length) }
      : undefined;
  } catch {
    return undefined;
  }
}

/** Asks all who listen to presence to say that they are there. */
export async function requestPresence(client: MqttClient, clientId: string): Promise<void> {
  await client.publishAsync(statuses + clientId, JSON.stringify({ state: "arriving" } satisfies Status));
}

/** The retained message that says whether a role is there; the broker itself says `lost` when it vanishes. */
export class Presence {
  readonly #topic: string;
  readonly #who: Omit<Status, "state">;

  constructor(clientId: string, who: Omit<Status, "state">) {
    this.#topic = statuses + clientId;
    this.#who = who;
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

  async #publish({ client }: Link, state: Status["state"]): Promise<void> {
    await client.publishAsync(this.#topic, this.#payload(state), { qos: 1, retain: true });
  }

  #payload(state: Status["state"]): Buffer {
    return Buffer.from(JSON.stringify({ state, ...this.#who, since: new Date().toISOString() }));
  }
}
