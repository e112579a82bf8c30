import { UserError } from "../base/errors.ts";
import type { OutgoingMessage } from "./message.ts";

/** The most that the length field of a string, and that of a packet, can say (MQTT 5 sections 1.5.4 and 2.1.4). */
const maxString = 0xffff;
const maxRemainingLength = 0x0fffffff;

type Measure = (value: unknown) => number | undefined;

/** The bytes of each property that a client may publish, without its identifier; undefined for a wrong value. */
const properties: Readonly<Record<string, Measure>> = {
  payloadFormatIndicator: (value) => (typeof value === "boolean" ? 1 : undefined),
  messageExpiryInterval: (value) =>
    Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 0xffffffff ? 4 : undefined,
  contentType: stringSize,
  responseTopic: stringSize,
  correlationData: (value) => (Buffer.isBuffer(value) ? sizeOf(value.length) : undefined),
};

/**
 * The size of a message's PUBLISH packet, bytes. Throws a UserError when there is no such packet: a topic or properties
 * that MQTT does not allow, or strings and packets longer than MQTT can say. MQTT.js would destroy the connection, or
 * write half a packet, or nothing and wait for the answer.
 */
export function publishPacketSize(message: OutgoingMessage, version: "5" | "3.1.1"): number {
  const { topic, payload, qos } = message;
  const topicSize = Buffer.byteLength(topic) + 2;
  if (topicSize > maxString + 2) {
    const what = `a message to ${shortened(topic)} has a topic of ${topicSize - 2} bytes`;
    throw new UserError("MESSAGE_TOO_LARGE", `${what}; MQTT allows ${maxString}`);
  }
  if (topic === "" || /[#+\0]/.test(topic))
    throw invalid(message, "a topic to publish to is not empty and has no #, + or NUL");
  let length = topicSize + payload.length + (qos > 0 ? 2 : 0);
  if (version === "5") length += propertiesSize(message);
  if (length > maxRemainingLength) {
    const what = `a message to ${shortened(topic)} has ${payload.length} bytes`;
    throw new UserError("MESSAGE_TOO_LARGE", `${what}; MQTT allows packets of at most ${maxRemainingLength}`);
  }
  return 1 + variableByteInteger(length) + length;
}

/** A topic as a sentence shows it. */
export function shortened(topic: string): string {
  return topic.length > 200 ? `${topic.slice(0, 200)}...` : topic;
}

function propertiesSize(message: OutgoingMessage): number {
  let size = 0;
  for (const [name, value] of Object.entries(message.properties ?? {})) {
    if (value === undefined) continue;
    const bytes =
      name === "userProperties" ? userPropertiesSize(value) : addIdentifier(properties[name]?.(value));
    if (bytes === undefined)
      throw invalid(message, `its MQTT 5 property ${name} has a value that cannot be sent`);
    size += bytes;
  }
  return variableByteInteger(size) + size;
}

/** MQTT.js sends no packet at all when there are none of them. */
function userPropertiesSize(value: unknown): number | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  let size = 0;
  for (const [name, values] of Object.entries(value)) {
    const nameSize = stringSize(name);
    for (const each of Array.isArray(values) ? values : [values]) {
      const bytes = stringSize(each);
      if (nameSize === undefined || bytes === undefined) return undefined;
      size += 1 + nameSize + bytes;
    }
  }
  return size === 0 ? undefined : size;
}

function addIdentifier(bytes: number | undefined): number | undefined {
  return bytes === undefined ? undefined : bytes + 1;
}

function stringSize(value: unknown): number | undefined {
  return typeof value === "string" ? sizeOf(Buffer.byteLength(value)) : undefined;
}

/** With the two bytes of its length. */
function sizeOf(bytes: number): number | undefined {
  return bytes > maxString ? undefined : bytes + 2;
}

function variableByteInteger(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : 4;
}

function invalid({ topic, payload }: OutgoingMessage, reason: string): UserError {
  const what = `a message of ${payload.length} bytes to "${shortened(topic)}" cannot be published`;
  return new UserError("MESSAGE_INVALID", `${what}: ${reason}`);
}
