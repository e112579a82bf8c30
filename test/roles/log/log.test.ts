import assert from "node:assert/strict";
import { test } from "node:test";
import { startInjectingProxy } from "../../mqtt/injecting-proxy.ts";
import { clientAt, Subscriber } from "../../pipeline/client.ts";
import { faceMessages, smallPng } from "../../pipeline/faces.ts";
import { startFacepipe } from "../../support/facepipe.ts";
import { mosquittoMissing, startMosquitto } from "../../support/mosquitto.ts";
import { publishWithMosquitto } from "../../support/mosquitto-clients.ts";

const skip = mosquittoMissing() ?? false;

test("it prints time, camera, size, position, score, bytes, QoS and id, and what is no face as such", {
  skip,
}, async (t) => {
  const broker = await startMosquitto();
  t.after(() => broker.stop());
  const program = startFacepipe(t, ["log", "--broker", broker.url], { env: { TZ: "UTC" } });
  await program.event("connected");
  const [face = Buffer.alloc(0)] = faceMessages(1);
  await publishWithMosquitto(broker, "faces/someone", smallPng(1));
  await publishWithMosquitto(broker, "faces/odd", "no picture", { qos: 0 });
  await publishWithMosquitto(broker, "faces/odd", "");
  await publishWithMosquitto(broker, "faces/odd", face.subarray(0, face.length - 20));
  await publishWithMosquitto(broker, "faces/cam0", face);
  await program.printed(/cam0/);
  const [picture, garbage, empty, half, line = ""] = program.stdout.split("\n");
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
  const program = startFacepipe(t, ["log", "--broker", broker.url, "--json"]);
  await program.event("connected");
  const [face = Buffer.alloc(0)] = faceMessages(1);
  await publishWithMosquitto(broker, "faces/cam0", "no picture");
  await publishWithMosquitto(broker, "faces/cam0", face, { qos: 2 });
  await program.printed(/\n.*\n/);
  const [rejected, facts] = program.stdout
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
  const subscriber = await Subscriber.at(t, broker.url, topic);
  const states = () => subscriber.texts.map((text) => JSON.parse(text).state);
  const args = ["log", "--broker", broker.url, "--client-id", "viewer"];
  const first = startFacepipe(t, args);
  await subscriber.until(1);
  await first.event("connected");
  await first.stop();
  await subscriber.until(2);
  const second = startFacepipe(t, args);
  await subscriber.until(3);
  await second.kill();
  await subscriber.until(4);
  assert.deepEqual(states(), ["online", "offline", "online", "lost"]);
  // Retained: a later subscriber receives it, too.
  const late = await Subscriber.at(t, broker.url, topic);
  await late.until(1);
  assert.equal(late.received[0]?.retain, true);
  assert.equal(JSON.parse(late.texts[0] ?? "").state, "lost");
});

test("a second client with the same identifier ends the first, if the broker says so", {
  skip,
}, async (t) => {
  const broker = await startMosquitto();
  t.after(() => broker.stop());
  const proxy = await startInjectingProxy(broker.port);
  t.after(() => proxy.stop());
  const program = startFacepipe(t, ["log", "--broker", `mqtt://127.0.0.1:${proxy.port}`]);
  await program.event("connected");
  proxy.inject(Buffer.from([0xe0, 2, 142, 0]));
  assert.equal((await program.ended).code, 1);
  assert.match(
    program.stderr,
    /^facepipe: .*another client with the same identifier took over\. Choose a different/m,
  );
});

test("log keeps no session: messages published while it is down are not delivered later", {
  skip,
}, async (t) => {
  const broker = await startMosquitto();
  t.after(() => broker.stop());
  const args = ["log", "--broker", broker.url, "--json"];
  const first = startFacepipe(t, args);
  await first.event("connected");
  await first.stop();
  const client = await clientAt(t, broker.url);
  await client.publishAsync("faces/cam0", "missed", { qos: 1 });
  const second = startFacepipe(t, args);
  await second.event("connected");
  await client.publishAsync("faces/other", "received", { qos: 1 });
  await second.printed(/faces/);
  assert.match(second.stdout, /^\{"topic":"faces\/other"/);
});
