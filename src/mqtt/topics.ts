import { receiptPrefix } from "../face/receipt.ts";

/** All topics of our own begin with it. */
const ownPrefix = "facepipe/";
/** Presence is published to this prefix, followed by the client identifier. */
export const statusPrefix = "facepipe/status/";
/** Retained at each broker that a forwarder connects to: the name by which all forwarders know this broker. */
export const identityTopic = "facepipe/broker";
/** Followed by a camera's name and `/set`, which pauses it, or `/state`, which tells. */
export const cameraPrefix = "facepipe/cameras/";
/** Facts of faces as JSON, by camera. */
export const eventPrefix = "facepipe/events/";

/** Reads a topic name to publish to; throws an Error when it is none [MQTT-3.3.2-2, MQTT-4.7.3]. */
function readTopicName(text: string): string {
  if (text === "") throw new Error("must not be empty");
  if (/[#+]/.test(text)) throw new Error("must have no wildcard (# or +): it is published to");
  return withoutNul(text);
}

/** Reads a topic filter to subscribe to; throws an Error when it is none (MQTT 5 section 4.7.1). */
export function readTopicFilter(text: string): string {
  if (text === "") throw new Error("must not be empty");
  const levels = text.split("/");
  if (levels.some((level, index) => level.includes("#") && (level !== "#" || index < levels.length - 1))) {
    throw new Error("may have # only as its last level");
  }
  if (levels.some((level) => level.includes("+") && level !== "+")) {
    throw new Error("may have + only as a whole level");
  }
  return withoutNul(text);
}

/** Reads a template for topic names that may hold `{name}`; throws an Error for other placeholders. */
export function readTopicTemplate(name: string): (text: string) => string {
  return (text) => {
    const others = [...text.matchAll(/\{([^}]*)\}/g)]
      .filter(([, each]) => each !== name)
      .map(([each]) => each);
    if (others.length > 0) throw new Error(`has no ${others.join(", ")}; there is {${name}}`);
    const [start = ""] = text.split("{", 1);
    const mayBeginSo = start !== "" && start.length < text.length && ownPrefix.startsWith(start);
    if (mayBeginSo || `${start}/`.startsWith(ownPrefix))
      throw new Error(`must not begin like ${ownPrefix}, the topics of receipts, records and presence`);
    return readTopicName(text);
  };
}

/**
 * What to say of a request that failed for an unknown reason, if its topic has a character that MQTT allows and some
 * brokers do not: a sentence to append to a remedy, or nothing. NATS before 2.10 refuses the dot and every version
 * the space; RabbitMQ delivers a dot as a slash, and an asterisk as a plus. `options` are those that make the topic.
 */
export function topicHint(topic: string, options: string): string {
  const found = [...new Set(topic.match(/[. *]/g))].map((character) => `"${character}"`);
  if (found.length === 0) return "";
  return `. Some brokers (NATS, RabbitMQ) refuse or change ${found.join(" and ")} in a topic: set ${options} without it`;
}

export function fillTopic(template: string, name: string, value: string): string {
  return template.replaceAll(`{${name}}`, () => value);
}

/** The filter of a subscription that shares its messages among a group (MQTT 5 section 4.8.2). */
export function sharedFilter(group: string | undefined, filter: string): string {
  return group === undefined ? filter : `$share/${group}/${filter}`;
}

/**
 * Whether `filter` matches every topic that `other` matches; `other` is a filter, or a topic name (MQTT 5 section 4.7).
 */
export function filterCovers(filter: string, other: string): boolean {
  // Wildcards at the beginning do not match topics of the broker itself [MQTT-4.7.2-1].
  if (/^[#+]/.test(filter) && other.startsWith("$")) return false;
  const levels = other.split("/");
  const wanted = filter.split("/");
  for (const [index, level] of wanted.entries()) {
    if (level === "#") return true;
    const actual = levels[index];
    if (actual === undefined || actual === "#") return false;
    if (level !== "+" && level !== actual) return false;
  }
  // `a/#` matches `a`, too, but not the other way round.
  return wanted.length === levels.length;
}

/**
 * Topics below these prefixes are about one broker and its clients: presence, identity, receipts and the pause of
 * cameras. They are neither forwarded nor stored, whatever a filter matches.
 */
const localPrefixes = [statusPrefix, `${identityTopic}/`, receiptPrefix, cameraPrefix, eventPrefix];

export function isLocalTopic(topic: string): boolean {
  return localPrefixes.some((prefix) => `${topic}/`.startsWith(prefix));
}

/** Reads a share name; throws an Error when it is none [MQTT-4.8.2-2]. */
export function readShareName(text: string): string {
  if (text === "" || /[/#+]/.test(text)) throw new Error("must be a name without /, # and +");
  return text;
}

function withoutNul(text: string): string {
  if (text.includes("\0")) throw new Error("must not contain NUL");
  if (Buffer.byteLength(text) > 65535) throw new Error("must have at most 65535 bytes");
  return text;
}
