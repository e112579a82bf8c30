import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "node:test";
import type { UserError } from "../../src/base/errors.ts";
import { startEmbeddedBroker } from "../../src/mqtt/embedded-broker.ts";
import { Publisher } from "../../src/mqtt/publisher.ts";
import { mosquittoMissing, startMosquitto } from "../support/mosquitto.ts";
import { freePort } from "../support/ports.ts";
import { brokerAt, ManualHandler, never, WatchedConnection } from "./fixture.ts";
import { startInjectingProxy } from "./injecting-proxy.ts";

const skip = mosquittoMissing() ?? false;

test("it reconnects to a restarted broker and resumes session and subscription", {
  skip,
}, async (t) => {
  const broker = await startMosquitto({ persistence: true });
  t.after(() => broker.stop());
  const connection = await WatchedConnection.make(t, brokerAt(broker.port), { durable: true });
  const handler = new ManualHandler(connection, { filter: "a/#", qos: 1 });
  const publisher = connection.add(new Publisher(connection, 10));
  await connection.start(never);
  assert.equal(connection.link?.sessionPresent, false);
  await broker.restart();
  await connection.until(false);
  await connection.until(true);
  assert.equal(connection.link?.sessionPresent, true);
  await publisher.publish({ topic: "a/b", payload: Buffer.from("after"), qos: 1 });
  await handler.until(1);
  handler.received[0]?.finish();
});

test("`auto` is MQTT 5 with mosquitto and 3.1.1 with the embedded broker", { skip }, async (t) => {
  const broker = await startMosquitto();
  t.after(() => broker.stop());
  const five = await WatchedConnection.make(t, brokerAt(broker.port, { version: "auto" }));
  await five.start(never);
  assert.equal(five.link?.version, "5");
  const embedded = await startEmbeddedBroker(0);
  t.after(() => embedded.stop());
  const port = Number(new URL(embedded.url).port);
  const old = await WatchedConnection.make(t, brokerAt(port, { version: "auto" }), { durable: true });
  const handler = new ManualHandler(old, { filter: "a/#", qos: 1, asBridge: true });
  const publisher = old.add(new Publisher(old, 10));
  await old.start(never);
  assert.equal(old.link?.version, "3.1.1");
  // With 3.1.1 a client receives its own messages, and properties are not sent.
  const properties = { contentType: "image/png" };
  await publisher.publish({ topic: "a/b", payload: Buffer.from("x"), qos: 1, properties });
  await handler.until(1);
  handler.received[0]?.finish();
  await old.stop();
});

test("a connection that another client with its identifier took over is not opened again", {
  skip,
}, async (t) => {
  const broker = await startMosquitto();
  t.after(() => broker.stop());
  const proxy = await startInjectingProxy(broker.port);
  t.after(() => proxy.stop());
  const connection = await WatchedConnection.make(t, brokerAt(proxy.port));
  await connection.start(never);
  // DISCONNECT with reason code 142, as an MQTT 5 broker sends it; mosquitto 2.0.11 just closes.
  proxy.inject(Buffer.from([0xe0, 2, 142, 0]));
  await connection.until(false);
  const [error, ...more] = connection.fatal as UserError[];
  assert.equal(more.length, 0);
  assert.equal(error?.exitCode, 1);
  assert.match(
    error.sentence,
    /another client with the same identifier took over\. Choose a different --client-id/,
  );
  await connection.stop();
});

test("two clients that take over from each other, unannounced, log the likely cause", { skip }, async (t) => {
  const broker = await startMosquitto();
  t.after(() => broker.stop());
  const pair = await Promise.all([1, 2].map(() => WatchedConnection.make(t, brokerAt(broker.port))));
  for (const connection of pair) await connection.start(never);
  const isLogged = () =>
    pair.some(({ logged }) =>
      logged.some((line) => line.includes("choose a different --client-id for each")),
    );
  while (!isLogged()) await Promise.race(pair.map((connection) => connection.change()));
});

test("a wrong password is refused", { skip }, async (t) => {
  const broker = await startMosquitto({ users: { alice: "secret" } });
  t.after(() => broker.stop());
  for (const version of ["5", "3.1.1", "auto"] as const) {
    const login = { version, username: "alice", password: "wrong" };
    const connection = await WatchedConnection.make(t, brokerAt(broker.port, login));
    await assert.rejects(connection.start(never), {
      exitCode: 1,
      message: /refused: the user name or password is wrong/,
      remedy: /--username|Log in as/,
    });
  }
});

test("a port without a listener, or without a broker, is unreachable", async (t) => {
  const soon = { connectTimeout: 1 };
  const nobody = await WatchedConnection.make(t, brokerAt(await freePort(), soon));
  await assert.rejects(nobody.start(never), { exitCode: 2, message: /nobody listens on that port/ });
  const server = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const other = await WatchedConnection.make(t, brokerAt(port, { ...soon, version: "auto" }));
  await assert.rejects(other.start(never), { exitCode: 2 });
});

test("start waits for a broker that comes up within the timeout", { skip }, async (t) => {
  const broker = await startMosquitto();
  t.after(() => broker.stop());
  await broker.kill();
  const connection = await WatchedConnection.make(t, brokerAt(broker.port, { connectTimeout: 20 }));
  const started = connection.start(never);
  await broker.restart();
  await started;
  assert.ok(connection.link?.client.connected);
});

test("stop does not wait for a broker that hangs", { skip }, async (t) => {
  const broker = await startMosquitto();
  t.after(() => broker.stop());
  const connection = await WatchedConnection.make(t, brokerAt(broker.port));
  await connection.start(never);
  broker.pause();
  await connection.stop();
});
