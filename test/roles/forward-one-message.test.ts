import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { clientAt, publishAll, Subscriber } from "../pipeline/client.ts";
import { startFacepipe } from "../support/facepipe.ts";
import { untilMetrics } from "../support/metrics.ts";
import { mosquittoMissing, startMosquitto } from "../support/mosquitto.ts";
import type { MosquittoOptions } from "../support/mosquitto-config.ts";

const skip = mosquittoMissing() ?? false;

async function forwarding(t: TestContext, cloudOptions: MosquittoOptions, ...more: string[]) {
  const edge = await startMosquitto({ maxQueued: 0 });
  t.after(() => edge.stop());
  const cloud = await startMosquitto(cloudOptions);
  t.after(() => cloud.stop());
  const args = ["forward", "--from", edge.url, "--to", cloud.url, "--http", "127.0.0.1:0", ...more];
  const program = startFacepipe(t, args);
  await program.event("forwarding");
  const client = await clientAt(t, edge.url);
  const subscriber = await Subscriber.at(t, cloud.url, "#");
  return { cloud, program, client, subscriber };
}

const small = (count: number, topic: (each: number) => string = () => "faces/a") =>
  Array.from({ length: count }, (_, each) => [topic(each), `message ${each}`] as const);

for (const { version, option, code, reason } of [
  { version: "5", option: "message_size_limit", code: "MESSAGE_TOO_LARGE", reason: "too_large" },
  { version: "3.1.1", option: "max_packet_size", code: "MESSAGE_ENDS_CONNECTION", reason: "disconnected" },
])
  test(`MQTT ${version}: a message that the target does not take is dropped, and what is behind it arrives`, {
    skip,
  }, async (t) => {
    const limit = { lines: [`${option} 20000`] };
    const { program, client, subscriber } = await forwarding(t, limit, "--to-protocol", version);
    await publishAll(client, [["faces/large", Buffer.alloc(223_000)], ...small(600)]);
    await program.event("message_dropped", { code, msg: /223000 bytes to faces\/large/ });
    await untilMetrics(await program.httpUrl(), new RegExp(`dropped_total{reason="${reason}"} 1$`, "m"));
    await subscriber.until(600, "different");
    assert.deepEqual(await program.stop(), { code: 0, signal: null });
  });

test("one topic of several that the target denies does not hold the others", { skip }, async (t) => {
  const acl = ["topic readwrite faces/a", "topic readwrite faces/b", "topic read #"];
  const { program, client, subscriber } = await forwarding(t, { acl });
  const topics = ["faces/a", "faces/denied", "faces/b"];
  await publishAll(
    client,
    small(600, (each) => topics[each % 3] ?? ""),
  );
  await subscriber.until(400, "different");
  await untilMetrics(await program.httpUrl(), /dropped_total{reason="denied"} 200$/m);
  assert.match(program.events("message_dropped")[0]?.msg ?? "", /bytes to faces\/denied/);
  assert.deepEqual(await program.stop(), { code: 0, signal: null });
});

test("a target that denies everything costs no message", { skip }, async (t) => {
  const { program, client } = await forwarding(t, { acl: ["topic read #"] });
  await publishAll(
    client,
    small(10, (each) => `faces/${each % 3}`),
  );
  await program.event("publish_retry", { code: "BROKER_PUBLISH_REFUSED" });
  assert.deepEqual(await program.stop(), { code: 0, signal: null });
  assert.equal(program.events("message_dropped").length, 0);
});
