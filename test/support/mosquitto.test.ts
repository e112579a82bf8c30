import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { test } from "node:test";
import { mosquittoMissing, startMosquitto } from "./mosquitto.ts";
import { publishWithMosquitto, subscribeWithMosquitto } from "./mosquitto-clients.ts";

const skip = mosquittoMissing() ?? false;

test("any bytes are delivered from mosquitto_pub to mosquitto_sub", { skip }, async (t) => {
  const broker = await startMosquitto();
  t.after(() => broker.stop());
  const payload = Buffer.from([0, 10, 13, 255, 32, 0]);
  const subscription = await subscribeWithMosquitto(broker, "a/#", 2);
  await publishWithMosquitto(broker, "a/b c", payload);
  await publishWithMosquitto(broker, "a/empty", "", { qos: 2 });
  const messages = await subscription.messages;
  assert.deepEqual(messages, [
    { topic: "a/b c", payload, qos: 1, retain: false },
    { topic: "a/empty", payload: Buffer.alloc(0), qos: 1, retain: false },
  ]);
});

test("mosquitto checks passwords and applies its ACL", { skip }, async (t) => {
  const users = { alice: "secret", bob: "se:cret 2" };
  const broker = await startMosquitto({ users, acl: ["user alice", "topic readwrite faces/#"] });
  t.after(() => broker.stop());
  await publishWithMosquitto(broker, "faces/1", "x", { username: "alice", password: "secret" });
  await publishWithMosquitto(broker, "faces/1", "x", {
    username: "bob",
    password: "se:cret 2",
    protocol: "3.1.1",
  });
  await assert.rejects(publishWithMosquitto(broker, "faces/1", "x"), /not authori[sz]ed/i);
});

test("mosquitto serves TLS, and requires client certificates with `mutual`", { skip }, async (t) => {
  const broker = await startMosquitto({ tls: { mutual: true } });
  t.after(() => broker.stop());
  await publishWithMosquitto(broker, "faces/1", "x");
  assert.match(broker.url, /^mqtts:/);
  assert.match(broker.log, /u'test-client'/);
});

test("mosquitto keeps retained messages over a restart, and loses them when killed", {
  skip,
}, async (t) => {
  const broker = await startMosquitto({ persistence: true });
  t.after(() => broker.stop());
  await publishWithMosquitto(broker, "kept", "before", { retain: true });
  await broker.restart();
  await publishWithMosquitto(broker, "lost", "after", { retain: true });
  await broker.kill();
  await broker.restart();
  const subscription = await subscribeWithMosquitto(broker, "#", 1);
  assert.equal((await subscription.messages)[0]?.topic, "kept");
});

test("a paused mosquitto answers when resumed", { skip }, async (t) => {
  const broker = await startMosquitto();
  t.after(() => broker.stop());
  broker.pause();
  const socket = connect(broker.port, "127.0.0.1");
  await once(socket, "connect");
  socket.destroy();
  const published = publishWithMosquitto(broker, "a", "x");
  broker.resume();
  await published;
});
