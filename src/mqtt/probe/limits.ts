import { UserError } from "../../base/errors.ts";
import type { Finding } from "../../base/steps/step.ts";
import type { Broker } from "../broker.ts";
import type { Link } from "../link.ts";

/** The CONNACK's properties that limit what a role can do (MQTT 5 section 3.2.2.3), and how to print them. */
const limits = [
  ["receiveMaximum", "receive maximum", String],
  ["maximumPacketSize", "maximum packet size", (bytes) => `${bytes} bytes`],
  ["maximumQoS", "maximum QoS", String],
  ["retainAvailable", "retain", available],
  ["wildcardSubscriptionAvailable", "wildcard subscription", available],
  ["sharedSubscriptionAvailable", "shared subscription", available],
  ["topicAliasMaximum", "topic alias maximum", String],
  ["sessionExpiryInterval", "session expiry", (seconds) => `${seconds} s`],
  ["serverKeepAlive", "server keep alive", (seconds) => `${seconds} s`],
] as const satisfies readonly (readonly [keyof Link["announced"], string, (value: unknown) => string])[];

function available(value: unknown): string {
  return value ? "available" : "not available";
}

/** The limits that the broker announced; all others are MQTT's defaults. Throws a UserError for one that no role can work with. */
export function announcedLimits({ version, announced }: Link, { href }: Broker): Finding {
  if (version === "3.1.1") return { detail: "MQTT 3.1.1 announces none", facts: {} };
  // A role's presence is a retained message, and so is its will, with which it would be refused [MQTT-3.2.2-13].
  if (announced.retainAvailable === false) {
    const message = `the broker ${href} keeps no retained messages`;
    throw new UserError("BROKER_UNSUITABLE", message, "Allow them (retain_available true)");
  }
  const present = limits.filter(([property]) => announced[property] !== undefined);
  const texts = present.map(([property, name, show]) => `${name} ${show(announced[property])}`);
  const facts = Object.fromEntries(present.map(([property]) => [property, announced[property]]));
  return { detail: texts.join(", ") || "none announced", facts };
}
