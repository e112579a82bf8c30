import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { spawnWithUs } from "../../test/support/commands.ts";
import type { Mosquitto } from "../../test/support/mosquitto.ts";

/** When the counter received its first and its last message, milliseconds since 1970. */
export interface Counted {
  readonly first: number;
  readonly last: number;
}

export interface MessageCounter {
  /** Resolves when the first messages have arrived. */
  readonly begun: Promise<void>;
  readonly counted: Promise<Counted>;
}

/** Counts `count` messages with mosquitto_sub, which is faster than every forwarder; resolves when subscribed. */
export async function startMessageCounter(
  broker: Mosquitto,
  topic: string,
  count: number,
): Promise<MessageCounter> {
  const id = `counter-${randomUUID()}`;
  const options = ["-h", "127.0.0.1", "-p", String(broker.port), "-i", id, "-q", "0", "-t", topic];
  // %U: the time of arrival, seconds with nanoseconds.
  const child = spawnWithUs("mosquitto_sub", [...options, "-C", String(count), "-F", "%U"]);
  broker.clients.add(child);
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  const begun = once(child.stdout, "data").then(() => undefined);
  const counted = once(child, "close").then(() => {
    broker.clients.delete(child);
    const times = output.trim().split("\n");
    if (times.length < count) throw new Error(`only ${times.length} of ${count} messages arrived`);
    return { first: Number(times[0]) * 1000, last: Number(times.at(-1)) * 1000 };
  });
  counted.catch(() => undefined);
  await broker.logged(new RegExp(`: ${id} \\d `));
  return { begun, counted };
}
