import type { TestContext } from "node:test";
import { clientAt } from "../../pipeline/client.ts";
import { type Program, startFacepipe } from "../../support/facepipe.ts";
import { type Mosquitto, startMosquitto } from "../../support/mosquitto.ts";

/** A broker with a queue of any size: Mosquitto silently drops what exceeds its default of 1000 queued messages. */
export async function roomyBroker(t: TestContext): Promise<Mosquitto> {
  const broker = await startMosquitto({ maxQueued: 0 });
  t.after(() => broker.stop());
  return broker;
}

/** A store that has subscribed; it logs each object. */
export async function storeTo(
  t: TestContext,
  broker: Mosquitto,
  target: string,
  env: Readonly<Record<string, string>> = {},
  ...more: string[]
): Promise<Program> {
  const args = ["store", "--broker", broker.url, "--to", target, "--log-level", "debug", ...more];
  const program = startFacepipe(t, args, { env });
  await program.event("storing");
  return program;
}

/** Publishes all to `faces/cam0`; resolves when the broker has acknowledged them. */
export async function publishFaces(
  t: TestContext,
  broker: Mosquitto,
  payloads: readonly (Buffer | string)[],
): Promise<void> {
  const client = await clientAt(t, broker.url);
  await Promise.all(payloads.map((payload) => client.publishAsync("faces/cam0", payload, { qos: 1 })));
}
