import assert from "node:assert/strict";
import { test } from "node:test";
import { startInjectingProxy } from "../mqtt/injecting-proxy.ts";
import { clientAt, Ear } from "../pipeline/client.ts";
import { faceMessages, smallPng } from "../pipeline/faces.ts";
import { facepipe } from "../pipeline/program.ts";
import { mosquittoMissing, startMosquitto } from "../support/mosquitto.ts";
import { publishWithMosquitto } from "../support/mosquitto-clients.ts";

const skip = mosquittoMissing() ?? false;

test("a person reads time, camera, size, place, score, bytes, QoS and id; anything may come", {
  skip,
}, async (t) => {
  const broker = await startMosquitto();
  t.after(() => broker.stop());
  const program = facepipe(t, ["log", "--broker", broker.url], { TZ: "UTC" });
  await program.logged(/connected to/);
  const [face = Buffer.alloc(0)] = faceMessages(1);
  await publishWithMosquitto(broker, "faces/someone", smallPng(1));
  await publishWithMosquitto(broker, "faces/odd", "no picture", { qos: 0 });
  await publishWithMosquitto(broker, "faces/odd", "");
  await publishWithMosquitto(broker, "faces/odd", face.subarray(0, face.length - 20));
  await publishWithMosquitto(broker, "faces/cam0", face);
  await program.printed(/cam0/);
  const [picture, garbage, empty, half, line = ""] = program.out.split("\n");
  assert.match(picture ?? "", /faces\/someone +picture \(image\/png\)/);
  assert.match(garbage ?? "", /faces\/odd +the payload is not a picture +10 B +QoS 0/);
  assert.match(empty ?? "", /the payload is empty/);
  assert.match(half ?? "", /the PNG is truncated/);
  const id = /"id":"([^"]+)"/.exec(face.toString("latin1"))?.[1];
  for (const part of ["14:03:22.123", "cam0", "30x30", "1,2", "0.90", `${face.length} B`, "QoS 1", id ?? ""])
    assert.ok(line.includes(part), `${part} is missing in: ${line}`);
  assert.deepEqual(await program.stop(), { code: 0, signal: null });
});

test("--json is one JSON line per message, with the facts", { skip }, async (t) => {
  const broker = await startMosquitto();
  t.after(() => broker.stop());
  const program = facepipe(t, ["log", "--broker", broker.url, "--json"]);
  await program.logged(/connected to/);
  const [face = Buffer.alloc(0)] = faceMessages(1);
  await publishWithMosquitto(broker, "faces/cam0", "no picture");
  await publishWithMosquitto(broker, "faces/cam0", face, { qos: 2 });
  await program.printed(/\n.*\n/);
  const [rejected, facts] = program.out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.equal(rejected.rejected, "the payload is not a picture");
  assert.equal(facts.camera, "cam0");
  assert.deepEqual(facts.box, { x: 1, y: 2, width: 30, height: 30 });
  assert.equal(facts.bytes, face.length);
  assert.equal(facts.contentType, "image/png");
});

test("presence: online, offline after a clean stop, lost after a kill", { skip }, async (t) => {
  const broker = await startMosquitto();
  t.after(() => broker.stop());
  const topic = "facepipe/status/viewer";
  const ear = await Ear.at(t, broker.url, topic);
  const states = () => ear.texts.map((text) => JSON.parse(text).state);
  const args = ["log", "--broker", broker.url, "--client-id", "viewer"];
  const first = facepipe(t, args);
  await ear.until(1);
  await first.logged(/connected to/);
  await first.stop();
  await ear.until(2);
  const second = facepipe(t, args);
  await ear.until(3);
  await second.kill();
  await ear.until(4);
  assert.deepEqual(states(), ["online", "offline", "online", "lost"]);
  // Retained: who asks later is told, too.
  const late = await Ear.at(t, broker.url, topic);
  await late.until(1);
  assert.equal(late.heard[0]?.retain, true);
  assert.equal(JSON.parse(late.texts[0] ?? "").state, "lost");
});

test("a second one with the same identifier ends the first, by a broker that says so", {
  skip,
}, async (t) => {
  const broker = await startMosquitto();
  t.after(() => broker.stop());
  const proxy = await startInjectingProxy(broker.port);
  t.after(() => proxy.stop());
  const program = facepipe(t, ["log", "--broker", `mqtt://127.0.0.1:${proxy.port}`]);
  await program.logged(/connected to/);
  proxy.inject(Buffer.from([0xe0, 2, 142, 0]));
  assert.equal((await program.ended).code, 1);
  assert.match(
    program.err,
    /^facepipe: .*another client with the same identifier took over\. Choose a different/m,
  );
});

test("who listens only now and then catches up with nothing", { skip }, async (t) => {
  const broker = await startMosquitto();
  t.after(() => broker.stop());
  const args = ["log", "--broker", broker.url, "--json"];
  const first = facepipe(t, args);
  await first.logged(/connected to/);
  await first.stop();
  const client = await clientAt(t, broker.url);
  await client.publishAsync("faces/cam0", "missed", { qos: 1 });
  const second = facepipe(t, args);
  await second.logged(/connected to/);
  await client.publishAsync("faces/other", "heard", { qos: 1 });
  await second.printed(/faces/);
  assert.match(second.out, /^\{"topic":"faces\/other"/);
});
