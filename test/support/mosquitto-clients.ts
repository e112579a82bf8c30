import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { spawnWithUs } from "./commands.ts";
import type { Mosquitto } from "./mosquitto.ts";

export interface ClientOptions {
  /** Default: 1. */
  readonly qos?: 0 | 1 | 2;
  readonly username?: string;
  readonly password?: string;
  readonly protocol?: "5" | "3.1.1";
  readonly retain?: boolean;
  /** More arguments of mosquitto_pub or mosquitto_sub. */
  readonly args?: readonly string[];
}

export interface HeardMessage {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: number;
  readonly retain: boolean;
}

export interface Subscription {
  /** The first `count` messages; rejects when mosquitto_sub ends before. */
  readonly messages: Promise<HeardMessage[]>;
  stop(): void;
}

/** Publishes with mosquitto_pub; resolves when it has ended without an error, which at QoS 1 and 2 means acknowledged. */
export async function publishWithMosquitto(
  broker: Mosquitto,
  topic: string,
  payload: Buffer | string,
  options: ClientOptions = {},
): Promise<void> {
  const what = payload.length === 0 ? ["-n"] : ["-s"];
  const child = run("mosquitto_pub", broker, topic, options, [...what, ...(options.retain ? ["-r"] : [])]);
  child.stdin.end(payload);
  const [complaint, [code]] = await Promise.all([text(child.stderr), once(child, "close")]);
  if (code !== 0) throw new Error(`mosquitto_pub ended with ${code}: ${complaint.trim()}`);
}

/** Subscribes with mosquitto_sub; resolves when the broker has the subscription. */
export async function subscribeWithMosquitto(
  broker: Mosquitto,
  topic: string,
  count: number,
  options: ClientOptions = {},
): Promise<Subscription> {
  const id = `mosquitto_sub-${randomUUID()}`;
  // %x is the payload in hexadecimal, so that any bytes are one line of text.
  const how = ["-i", id, "-C", String(count), "-F", "%q %r %x %t"];
  const child = run("mosquitto_sub", broker, topic, options, how);
  const output = Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  const messages = output.then(([heard, complaint, [code]]) => {
    const lines = heard.split("\n").slice(0, -1);
    if (lines.length >= count) return lines.map(readHeard);
    throw new Error(`mosquitto_sub ended with ${code} after ${lines.length} messages: ${complaint.trim()}`);
  });
  // A failure is reported by whoever awaits them; a test that failed before shows its own failure alone.
  messages.catch(() => undefined);
  await Promise.race([broker.logged(new RegExp(`: ${id} \\d `)), messages]);
  return { messages, stop: () => void child.kill() };
}

function run(
  command: string,
  broker: Mosquitto,
  topic: string,
  options: ClientOptions,
  more: readonly string[],
) {
  const files = broker.certificates;
  const version = options.protocol === "3.1.1" ? "mqttv311" : "mqttv5";
  const child = spawnWithUs(command, [
    ...["-h", "127.0.0.1", "-p", String(broker.port), "-V", version],
    ...["-q", String(options.qos ?? 1), "-t", topic],
    ...(options.username ? ["-u", options.username] : []),
    ...(options.password ? ["-P", options.password] : []),
    ...(files ? ["--cafile", files.ca] : []),
    ...(files && broker.options.tls?.mutual ? ["--cert", files.client.cert, "--key", files.client.key] : []),
    ...more,
    ...(options.args ?? []),
  ]);
  broker.clients.add(child);
  child.once("close", () => broker.clients.delete(child));
  return child;
}

function readHeard(line: string): HeardMessage {
  const [qos, retain, payload, ...topic] = line.split(" ");
  return {
    topic: topic.join(" "),
    payload: Buffer.from(payload ?? "", "hex"),
    qos: Number(qos),
    retain: retain === "1",
  };
}
