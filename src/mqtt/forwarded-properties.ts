import type { IncomingMessage } from "./message.ts";

type Properties = IncomingMessage["properties"];

/** MQTT 5 user property that names the brokers a message was forwarded from, in order. */
const viaProperty = "facepipe-via";

/** The brokers that a message was forwarded from. */
export function viaOf(properties: Properties): string[] {
  const via = properties?.userProperties?.[viaProperty];
  return via === undefined ? [] : [via].flat();
}

/** The properties of a forwarded message: all of its own, and the broker it is forwarded from. */
export function forwardedProperties(properties: Properties, from?: string): NonNullable<Properties> {
  // These two belong to one connection alone (MQTT 5, 3.3.2.3.4 and 3.3.2.3.8).
  const { topicAlias, subscriptionIdentifier, ...rest } = properties ?? {};
  if (from === undefined) return rest;
  const via = [...viaOf(properties), from];
  const userProperties = { ...rest.userProperties, [viaProperty]: via.length === 1 ? from : via };
  return { ...rest, userProperties };
}
