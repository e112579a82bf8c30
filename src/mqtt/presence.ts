import type { MqttClient } from "mqtt";
import type { ConnectionOptions } from "./connection-options.ts";
import type { Link } from "./link.ts";

export const statusPrefix = "facepipe/status/";
/** The presence of all clients; a client identifier is one level of a topic. */
export const allStatuses = `${statusPrefix}+`;

/** What a role publishes about itself. */
export interface Status {
  /** `arriving` is not retained: it asks all roles that are online to publish their presence once more. */
  readonly state: "online" | "offline" | "lost" | "arriving";
  readonly role?: string | undefined;
  /** The group of its shared subscription. */
  readonly share?: string | undefined;
}

/** A client's status; undefined when the message is not one. */
export function readStatus(
  topic: string,
  payload: Buffer,
): (Status & { readonly clientId: string }) | undefined {
  if (!topic.startsWith(statusPrefix)) return undefined;
  try {
    const status = JSON.parse(payload.toString("utf8"));
    return typeof status?.state === "string"
      ? { ...status, clientId: topic.slice(statusPrefix.length) }
      : undefined;
  } catch {
    return undefined;
  }
}

/** Asks every role with a presence responder to publish its presence. */
export async function requestPresence(client: MqttClient, clientId: string): Promise<void> {
  await client.publishAsync(statusPrefix + clientId, JSON.stringify({ state: "arriving" } satisfies Status));
}

/** The retained message that says whether a role is online; as the will, `lost`, the broker publishes it. */
export class Presence {
  readonly #topic: string;
  readonly #role: Omit<Status, "state">;

  constructor({ broker, role, share }: Pick<ConnectionOptions, "broker" | "role" | "share">) {
    this.#topic = statusPrefix + broker.clientId;
    this.#role = { role, share };
  }

  get will(): { readonly topic: string; readonly payload: Buffer } {
    return { topic: this.#topic, payload: this.#payload("lost") };
  }

  async publish({ client }: Link, state: "online" | "offline"): Promise<void> {
    await client.publishAsync(this.#topic, this.#payload(state), { qos: 1, retain: true });
  }

  #payload(state: Status["state"]): Buffer {
    return Buffer.from(JSON.stringify({ state, ...this.#role, since: new Date().toISOString() }));
  }
}
