import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { clientAt, Ear, publishAll } from "../pipeline/client.ts";
import { facepipe, type Program } from "../pipeline/program.ts";
import { startDelayProxy } from "../support/delay-proxy.ts";
import { type Mosquitto, mosquittoMissing, startMosquitto } from "../support/mosquitto.ts";
import type { MosquittoOptions } from "../support/mosquitto-config.ts";

const skip = mosquittoMissing() ?? false;

/** Mosquitto drops silently what is over its default of 1000 queued messages. */
async function roomy(t: TestContext, options: MosquittoOptions = {}): Promise<Mosquitto> {
  const broker = await startMosquitto({ maxQueued: 0, ...options });
  t.after(() => broker.stop());
  return broker;
}

async function forwarder(t: TestContext, from: string, to: string): Promise<Program> {
  const program = facepipe(t, ["forward", "--from", from, "--to", to]);
  await program.logged(/forwarding /);
  return program;
}

/** A line on which 20 messages in flight, which is what mosquitto allows, are 2000 a second: time to break it. */
async function slowly(t: TestContext, broker: Mosquitto): Promise<string> {
  const proxy = await startDelayProxy({ target: broker.port, rtt: 10 });
  t.after(() => proxy.stop());
  return `mqtt://127.0.0.1:${proxy.port}`;
}

const texts = (count: number) => Array.from({ length: count }, (_, each) => `message ${each}`);
const messages = (all: readonly string[]) => all.map((text) => ["faces/a", text] as const);

function assertSame(heard: readonly string[], sent: readonly string[]): void {
  assert.deepEqual([...new Set(heard)].sort(), [...sent].sort());
}

test("killed in mid-stream and started again, it loses nothing", { skip }, async (t) => {
  const [edge, cloud] = [await roomy(t), await roomy(t)];
  const uplink = await slowly(t, cloud);
  const ear = await Ear.at(t, cloud.url, "faces/#");
  const sent = texts(3000);
  const first = await forwarder(t, edge.url, uplink);
  const client = await clientAt(t, edge.url);
  const published = publishAll(client, messages(sent));
  await ear.until(500);
  assert.equal((await first.kill()).signal, "SIGKILL");
  assert.ok(ear.heard.length < sent.length, "it was killed too late to show anything");
  const second = await forwarder(t, edge.url, uplink);
  await published;
  await ear.until(sent.length, "different");
  assertSame(ear.texts, sent);
  assert.deepEqual(await second.stop(), { code: 0, signal: null });
});

test("stopped in mid-stream, it finishes what is in hand: nothing is lost, nothing comes twice", {
  skip,
}, async (t) => {
  const [edge, cloud] = [await roomy(t), await roomy(t)];
  const ear = await Ear.at(t, cloud.url, "faces/#");
  const sent = texts(4000);
  const first = await forwarder(t, edge.url, await slowly(t, cloud));
  const published = publishAll(await clientAt(t, edge.url), messages(sent));
  await ear.until(500);
  assert.deepEqual(await first.stop(), { code: 0, signal: null });
  assert.ok(ear.heard.length < sent.length, "it was stopped too late to show anything");
  await forwarder(t, edge.url, cloud.url);
  await published;
  await ear.until(sent.length);
  assert.deepEqual(ear.texts, sent);
});

test("while the target is away the source keeps everything", { skip }, async (t) => {
  const [edge, cloud] = [await roomy(t), await roomy(t, { persistence: true })];
  const ear = await Ear.at(t, cloud.url, "faces/#", {
    clientId: "ear",
    clean: false,
    properties: { sessionExpiryInterval: 3600 },
  });
  const program = await forwarder(t, edge.url, cloud.url);
  const client = await clientAt(t, edge.url);
  const sent = texts(600);
  await publishAll(client, messages(sent.slice(0, 100)));
  await ear.until(100);
  // A clean stop, which saves the ear's session; a broker that loses its memory is another matter.
  cloud.pause();
  await publishAll(client, messages(sent.slice(100, 300)));
  cloud.resume();
  await cloud.restart();
  const lost = program.err.length;
  await publishAll(client, messages(sent.slice(300)));
  await ear.until(sent.length, "different");
  assertSame(ear.texts, sent);
  await program.logged(/connected to/, Math.min(lost, program.err.lastIndexOf("lost the connection")));
  assert.deepEqual(await program.stop(), { code: 0, signal: null });
});

test("an uplink that is cut and goes silent loses nothing", { skip }, async (t) => {
  const [edge, cloud] = [await roomy(t), await roomy(t)];
  const uplink = await startDelayProxy({ target: cloud.port, rtt: 10 });
  t.after(() => uplink.stop());
  const ear = await Ear.at(t, cloud.url, "faces/#");
  await forwarder(t, edge.url, `mqtt://127.0.0.1:${uplink.port}`);
  const client = await clientAt(t, edge.url);
  const sent = texts(3000);
  const published = publishAll(client, messages(sent));
  await ear.until(300);
  uplink.cut();
  await ear.until(1000);
  await uplink.refuse();
  await published;
  await uplink.pass();
  await ear.until(2000);
  await uplink.blackHole();
  await uplink.pass();
  await ear.until(sent.length, "different");
  assertSame(ear.texts, sent);
});

test("a source broker that is killed and started again gives what it had saved", { skip }, async (t) => {
  // Saves after each change, as an edge broker must that may lose its power.
  const lines = ["autosave_on_changes true", "autosave_interval 1"];
  const edge = await roomy(t, { persistence: true, lines });
  const cloud = await roomy(t);
  const ear = await Ear.at(t, cloud.url, "faces/#");
  // It leaves its session behind.
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
  await forwarder(t, edge.url, await slowly(t, cloud));
  await ear.until(50);
  await edge.kill();
  assert.ok(ear.heard.length < sent.length, "it was killed too late to show anything");
  await edge.restart();
  await ear.until(sent.length, "different");
  assertSame(ear.texts, sent);
});

test("what is published while the target was never reached yet waits in the source", { skip }, async (t) => {
  const [edge, cloud] = [await roomy(t), await roomy(t)];
  await cloud.kill();
  const program = facepipe(t, ["forward", "--from", edge.url, "--to", cloud.url, "--connect-timeout", "60"]);
  await program.logged(/cannot connect to/);
  const sent = texts(500);
  await publishAll(await clientAt(t, edge.url), messages(sent));
  // Stopped before it ever reached its target, it has not taken them along.
  assert.deepEqual(await program.stop(), { code: 0, signal: null });
  await cloud.restart();
  const ear = await Ear.at(t, cloud.url, "faces/#");
  await forwarder(t, edge.url, cloud.url);
  await ear.until(sent.length);
  assert.deepEqual(ear.texts, sent);
});
