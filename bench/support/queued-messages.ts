import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { spawnWithUs } from "../../test/support/commands.ts";
import type { Mosquitto } from "../../test/support/mosquitto.ts";

/** A durable session of `clientId` in the broker, subscribed to `topic` at QoS 1: the broker queues messages for it. */
export async function createSession(
  broker: Mosquitto,
  clientId: string,
  topic: string,
  protocol: "5" | "3.1.1",
): Promise<void> {
  const version = protocol === "5" ? ["-V", "mqttv5", "-x", "86400"] : ["-V", "mqttv311"];
  // -E: exit when the subscription is acknowledged.
  const session = ["-i", clientId, "-q", "1", "-t", topic];
  await ended(spawnWithUs("mosquitto_sub", [...at(broker), ...session, "-c", "-E", ...version]));
}

/** Publishes the payload `count` times at QoS 1; resolves when the broker has acknowledged all. */
export async function fill(broker: Mosquitto, topic: string, payload: string, count: number): Promise<void> {
  const child = spawnWithUs("mosquitto_pub", [...at(broker), "-q", "1", "-t", topic, "-l"]);
  const lines = Array.from({ length: count }, () => `${payload}\n`);
  await Promise.all([pipeline(Readable.from(lines), child.stdin), ended(child)]);
}

function at(broker: Mosquitto): string[] {
  return ["-h", "127.0.0.1", "-p", String(broker.port)];
}

async function ended(child: ChildProcessWithoutNullStreams): Promise<void> {
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, "close")]);
  if (code !== 0) throw new Error(`${child.spawnfile} ended with ${code}: ${stderr.trim()}`);
}
