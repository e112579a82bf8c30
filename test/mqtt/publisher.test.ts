import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Publisher } from "../../src/mqtt/publisher.ts";
import { startDelayProxy } from "../support/delay-proxy.ts";
import { type Mosquitto, mosquittoMissing, startMosquitto } from "../support/mosquitto.ts";
import { subscribeWithMosquitto } from "../support/mosquitto-clients.ts";
import type { MosquittoOptions } from "../support/mosquitto-config.ts";
import { brokerAt, never, WatchedConnection } from "./fixture.ts";

const skip = mosquittoMissing() ?? false;

async function begin(t: TestContext, window: number, options: MosquittoOptions = {}, port?: number) {
  const broker = await startMosquitto({ lines: ["log_type all"], ...options });
  t.after(() => broker.stop());
  return { broker, ...(await publisherAt(t, port ?? broker.port, window)) };
}

async function publisherAt(t: TestContext, port: number, window: number, version: "5" | "3.1.1" = "5") {
  const connection = await WatchedConnection.make(t, brokerAt(port, { version }));
  const publisher = connection.add(new Publisher(connection, window));
  await connection.start(never);
  return { connection, publisher };
}

const numbers = (count: number) => Array.from({ length: count }, (_, each) => each);

/** How often the broker received each topic, by its log from position `from` on. */
function timesReceived(broker: Mosquitto, from: number): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [, topic = ""] of broker.log
    .slice(from)
    .matchAll(/Received PUBLISH from under-test .*'(a\/\d+)'/g))
    counts[topic] = (counts[topic] ?? 0) + 1;
  return counts;
}

for (const qos of [1, 2] as const)
  test(`messages that a killed broker had not acknowledged are sent again, once (QoS ${qos})`, {
    skip,
  }, async (t) => {
    const { broker, connection, publisher } = await begin(t, 30);
    broker.pause();
    let resolved = 0;
    const published = numbers(100).map(async (each) => {
      await publisher.publish({ topic: `a/${each}`, payload: Buffer.from("x"), qos, retain: true });
      resolved++;
    });
    await broker.kill();
    await connection.until(false);
    assert.deepEqual([resolved, publisher.inFlight], [0, 100]);
    const from = broker.log.length;
    await broker.restart();
    await Promise.all(published);
    assert.equal(publisher.inFlight, 0);
    // Retained, so that a later subscriber receives them all.
    const messages = await (await subscribeWithMosquitto(broker, "a/#", 100)).messages;
    assert.equal(new Set(messages.map(({ topic }) => topic)).size, 100);
    const expected = Object.fromEntries(numbers(100).map((each) => [`a/${each}`, 1]));
    assert.deepEqual(timesReceived(broker, from), expected);
  });

test("a connection that is lost repeatedly loses no message", { skip }, async (t) => {
  const broker = await startMosquitto();
  t.after(() => broker.stop());
  const proxy = await startDelayProxy({ target: broker.port, rtt: 4 });
  t.after(() => proxy.stop());
  const { connection, publisher } = await publisherAt(t, proxy.port, 20);
  const subscription = await subscribeWithMosquitto(broker, "a/#", 400, { args: ["-R"] });
  let acknowledged = 0;
  const published = numbers(400).map(async (each) => {
    await publisher.publish({ topic: "a", payload: Buffer.from(String(each)), qos: 1 });
    acknowledged++;
    if (acknowledged === 100 || acknowledged === 250) proxy.cut();
  });
  await Promise.all(published);
  subscription.stop();
  assert.equal(publisher.inFlight, 0);
  assert.equal(connection.logged.filter((line) => line.includes("lost the connection")).length, 2);
});

test("no more are in flight than the broker's receive maximum", { skip }, async (t) => {
  // With QoS 2 mosquitto counts, and disconnects a client that sends more.
  const { broker, connection, publisher } = await begin(t, 100, { maxInflight: 5 });
  assert.equal(connection.link?.receiveMaximum, 5);
  await Promise.all(
    numbers(100).map((each) => publisher.publish({ topic: `a/${each}`, payload: Buffer.from("x"), qos: 2 })),
  );
  assert.doesNotMatch(broker.log, /exceeded|protocol error/i);
  assert.ok(connection.link?.client.connected);
});

test("a message over the broker's maximum packet size is rejected, the others are published", {
  skip,
}, async (t) => {
  const { connection, publisher } = await begin(t, 10, { lines: ["max_packet_size 5000"] });
  assert.equal(connection.link?.maximumPacketSize, 5000);
  const large = publisher.publish({ topic: "a", payload: Buffer.alloc(10_000), qos: 1 });
  const small = publisher.publish({ topic: "a", payload: Buffer.alloc(100), qos: 1 });
  await assert.rejects(large, {
    exitCode: 1,
    message: /10000 bytes.*accepts packets of at most 5000/,
    remedy: /max_packet_size/,
  });
  await small;
  assert.equal(publisher.inFlight, 0);
});

test("a message that the broker's access rules forbid is rejected, the others are published", {
  skip,
}, async (t) => {
  const { publisher } = await begin(t, 10, { acl: ["topic readwrite allowed/#"] });
  const forbidden = publisher.publish({ topic: "forbidden/a", payload: Buffer.from("x"), qos: 1 });
  await assert.rejects(forbidden, {
    exitCode: 1,
    message: /refused a message of 1 bytes to forbidden\/a: .*not authorized/,
  });
  await publisher.publish({ topic: "allowed/a", payload: Buffer.from("x"), qos: 1 });
});

test("a message of QoS 0 resolves when it is written, and arrives", { skip }, async (t) => {
  const { broker, publisher } = await begin(t, 10);
  const subscription = await subscribeWithMosquitto(broker, "a/#", 50);
  await Promise.all(
    numbers(50).map((each) => publisher.publish({ topic: `a/${each}`, payload: Buffer.from("x"), qos: 0 })),
  );
  assert.equal((await subscription.messages).length, 50);
});

test("messages published while the broker is down are sent when it is back", { skip }, async (t) => {
  const { broker, connection, publisher } = await begin(t, 10);
  await broker.kill();
  await connection.until(false);
  const waiting = ([0, 1, 2] as const).map((qos) =>
    publisher.publish({ topic: `a/${qos}`, payload: Buffer.from("x"), qos, retain: true }),
  );
  assert.equal(publisher.inFlight, 3);
  await broker.restart();
  await Promise.all(waiting);
  const messages = await (await subscribeWithMosquitto(broker, "a/#", 3)).messages;
  assert.deepEqual(messages.map(({ topic }) => topic).sort(), ["a/0", "a/1", "a/2"]);
});
