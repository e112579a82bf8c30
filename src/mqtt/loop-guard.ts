import { createHash } from "node:crypto";
import type { IncomingMessage } from "./subscriber.ts";

type Properties = IncomingMessage["properties"];

/** MQTT 5 user property that names the brokers a message was forwarded from, in order. */
const viaProperty = "facepipe-via";

/** The brokers that a message was forwarded from. */
export function viaOf(properties: Properties): string[] {
  const via = properties?.userProperties?.[viaProperty];
  return via === undefined ? [] : [via].flat();
}

/** The properties that travel on with a forwarded message: all of its own, and the broker it now comes from. */
export function forwardedProperties(
  properties: Properties,
  from: string | undefined,
): NonNullable<Properties> {
  // These two belong to one connection alone (MQTT 5, 3.3.2.3.4 and 3.3.2.3.8).
  const { topicAlias, subscriptionIdentifier, ...rest } = properties ?? {};
  if (from === undefined) return rest;
  const via = [...viaOf(properties), from];
  return {
    ...rest,
    userProperties: { ...rest.userProperties, [viaProperty]: via.length === 1 ? from : via },
  };
}

/**
 * Remembers what was delivered lately, for where a message cannot say where it has been, as in MQTT 3.1.1: one
 * that comes back is recognised and goes no further.
 */
export class RecentlyForwarded {
  readonly #limit: number;
  readonly #seen = new Set<string>();

  /** `limit`: messages remembered; some 100 bytes each. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  has(message: IncomingMessage): boolean {
    return this.#seen.has(fingerprint(message));
  }

  add(message: IncomingMessage): void {
    this.#seen.add(fingerprint(message));
    for (const oldest of this.#seen) {
      if (this.#seen.size <= this.#limit) return;
      this.#seen.delete(oldest);
    }
  }
}

function fingerprint({ topic, payload }: IncomingMessage): string {
  return createHash("sha1").update(topic).update("\0").update(payload).digest("base64");
}
