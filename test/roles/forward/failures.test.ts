import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { clientAt, publishAll, Subscriber } from "../../pipeline/client.ts";
import { startDelayProxy } from "../../support/delay-proxy.ts";
import { type Program, startFacepipe } from "../../support/facepipe.ts";
import { type Mosquitto, mosquittoMissing, startMosquitto } from "../../support/mosquitto.ts";
import type { MosquittoOptions } from "../../support/mosquitto-config.ts";

const skip = mosquittoMissing() ?? false;

/** Mosquitto silently drops what exceeds its default of 1000 queued messages. */
async function roomy(t: TestContext, options: MosquittoOptions = {}): Promise<Mosquitto> {
  const broker = await startMosquitto({ maxQueued: 0, ...options });
  t.after(() => broker.stop());
  return broker;
}

async function forwarder(t: TestContext, from: string, to: string): Promise<Program> {
  const program = startFacepipe(t, ["forward", "--from", from, "--to", to]);
  await program.event("forwarding");
  return program;
}

/** An uplink on which 20 messages in flight, which is what mosquitto allows, are 2000 a second: slow enough to break it in between. */
async function slowUplink(t: TestContext, broker: Mosquitto): Promise<string> {
  const proxy = await startDelayProxy({ target: broker.port, rtt: 10 });
  t.after(() => proxy.stop());
  return `mqtt://127.0.0.1:${proxy.port}`;
}

const texts = (count: number) => Array.from({ length: count }, (_, each) => `message ${each}`);
const messages = (all: readonly string[]) => all.map((text) => ["faces/a", text] as const);

function assertSame(received: readonly string[], sent: readonly string[]): void {
  assert.deepEqual([...new Set(received)].sort(), [...sent].sort());
}

test("killed while it forwards and started again, it loses nothing", { skip }, async (t) => {
  const [edge, cloud] = [await roomy(t), await roomy(t)];
  const uplink = await slowUplink(t, cloud);
  const subscriber = await Subscriber.at(t, cloud.url, "faces/#");
  const sent = texts(3000);
  const first = await forwarder(t, edge.url, uplink);
  const client = await clientAt(t, edge.url);
  const published = publishAll(client, messages(sent));
  await subscriber.until(500);
  assert.equal((await first.kill()).signal, "SIGKILL");
  assert.ok(subscriber.received.length < sent.length, "it was killed too late to show anything");
  const second = await forwarder(t, edge.url, uplink);
  await published;
  await subscriber.until(sent.length, "different");
  assertSame(subscriber.texts, sent);
  assert.deepEqual(await second.stop(), { code: 0, signal: null });
});

test("stopped while it forwards, it finishes what is in flight: nothing is lost, nothing is sent twice", {
  skip,
}, async (t) => {
  const [edge, cloud] = [await roomy(t), await roomy(t)];
  const subscriber = await Subscriber.at(t, cloud.url, "faces/#");
  const sent = texts(4000);
  const first = await forwarder(t, edge.url, await slowUplink(t, cloud));
  const published = publishAll(await clientAt(t, edge.url), messages(sent));
  await subscriber.until(500);
  assert.deepEqual(await first.stop(), { code: 0, signal: null });
  assert.ok(subscriber.received.length < sent.length, "it was stopped too late to show anything");
  await forwarder(t, edge.url, cloud.url);
  await published;
  await subscriber.until(sent.length);
  assert.deepEqual(subscriber.texts, sent);
});

test("while the target is down the source keeps everything", { skip }, async (t) => {
  const [edge, cloud] = [await roomy(t), await roomy(t, { persistence: true })];
  const subscriber = await Subscriber.at(t, cloud.url, "faces/#", {
    clientId: "subscriber",
    clean: false,
    properties: { sessionExpiryInterval: 3600 },
  });
  const program = await forwarder(t, edge.url, cloud.url);
  const client = await clientAt(t, edge.url);
  const sent = texts(600);
  await publishAll(client, messages(sent.slice(0, 100)));
  await subscriber.until(100);
  // A clean stop, which saves the subscriber's session.
  cloud.pause();
  await publishAll(client, messages(sent.slice(100, 300)));
  cloud.resume();
  await cloud.restart();
  await publishAll(client, messages(sent.slice(300)));
  await subscriber.until(sent.length, "different");
  assertSame(subscriber.texts, sent);
  await program.event(
    "connected",
    {},
    program.log.findLastIndex(({ event }) => event === "connection_lost"),
  );
  assert.deepEqual(await program.stop(), { code: 0, signal: null });
});

test("an uplink that is cut, refused and silent loses nothing", { skip }, async (t) => {
  const [edge, cloud] = [await roomy(t), await roomy(t)];
  const uplink = await startDelayProxy({ target: cloud.port, rtt: 10 });
  t.after(() => uplink.stop());
  const subscriber = await Subscriber.at(t, cloud.url, "faces/#");
  await forwarder(t, edge.url, `mqtt://127.0.0.1:${uplink.port}`);
  const client = await clientAt(t, edge.url);
  const sent = texts(3000);
  const published = publishAll(client, messages(sent));
  await subscriber.until(300);
  uplink.cut();
  await subscriber.until(1000);
  await uplink.refuse();
  await published;
  await uplink.pass();
  await subscriber.until(2000);
  await uplink.blackHole();
  await uplink.pass();
  await subscriber.until(sent.length, "different");
  assertSame(subscriber.texts, sent);
});

test("a source broker that is killed and started again delivers what it had saved", { skip }, async (t) => {
  // Saves after each change, as an edge broker must to survive a power failure.
  const lines = ["autosave_on_changes true", "autosave_interval 1"];
  const edge = await roomy(t, { persistence: true, lines });
  const cloud = await roomy(t);
  const subscriber = await Subscriber.at(t, cloud.url, "faces/#");
  // Its session remains at the broker.
  await (await forwarder(t, edge.url, cloud.url)).stop();
  const sent = texts(300);
  const client = await clientAt(t, edge.url);
  await publishAll(client, messages(sent));
  // It acknowledges before it saves; one change more, and everything before is on disk.
  const before = edge.log.length;
  await client.publishAsync("other", "x", { qos: 1, retain: true });
  await edge.logged(/Saving in-memory database/, before);
  await edge.kill();
  await edge.restart();
  await forwarder(t, edge.url, await slowUplink(t, cloud));
  await subscriber.until(50);
  await edge.kill();
  assert.ok(subscriber.received.length < sent.length, "it was killed too late to show anything");
  await edge.restart();
  await subscriber.until(sent.length, "different");
  assertSame(subscriber.texts, sent);
});

test("what is published before the target was ever reached stays queued at the source", {
  skip,
}, async (t) => {
  const [edge, cloud] = [await roomy(t), await roomy(t)];
  await cloud.kill();
  const program = startFacepipe(t, [
    "forward",
    "--from",
    edge.url,
    "--to",
    cloud.url,
    "--connect-timeout",
    "60",
  ]);
  await program.event("connect_retry");
  const sent = texts(500);
  await publishAll(await clientAt(t, edge.url), messages(sent));
  // Stopped before it ever reached its target, it has taken none.
  assert.deepEqual(await program.stop(), { code: 0, signal: null });
  await cloud.restart();
  const subscriber = await Subscriber.at(t, cloud.url, "faces/#");
  await forwarder(t, edge.url, cloud.url);
  await subscriber.until(sent.length);
  assert.deepEqual(subscriber.texts, sent);
});
