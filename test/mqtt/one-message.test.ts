import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { chanceOf, Isolation } from "../../src/mqtt/isolation.ts";
import { Publisher } from "../../src/mqtt/publisher.ts";
import { startDelayProxy } from "../support/delay-proxy.ts";
import { mosquittoMissing, startMosquitto } from "../support/mosquitto.ts";
import type { MosquittoOptions } from "../support/mosquitto-config.ts";
import { brokerAt, never, WatchedConnection } from "./fixture.ts";
import { startInjectingProxy } from "./injecting-proxy.ts";

const skip = mosquittoMissing() ?? false;
const numbers = (count: number) => Array.from({ length: count }, (_, each) => each);

async function begin(t: TestContext, version: "5" | "3.1.1", options: MosquittoOptions, window = 100) {
  const broker = await startMosquitto(options);
  t.after(() => broker.stop());
  const connection = await WatchedConnection.make(t, brokerAt(broker.port, { version }));
  const publisher = connection.add(new Publisher(connection, window));
  await connection.start(never);
  return { broker, connection, publisher };
}

const small = (topic: string) => ({ topic, payload: Buffer.from("x"), qos: 1 as const });
const large = (topic: string) => ({ topic, payload: Buffer.alloc(223_000), qos: 1 as const });
const limited = { lines: ["message_size_limit 20000"] };
/** Mosquitto cannot announce it with MQTT 3.1.1, and closes the connection. */
const closing = { lines: ["max_packet_size 20000"] };
const endsConnection = { code: "MESSAGE_ENDS_CONNECTION", exitCode: 1 };

for (const qos of [1, 2] as const)
  test(`MQTT 5, QoS ${qos}: a message that the broker answers with "packet too large" is rejected at once`, {
    skip,
  }, async (t) => {
    const { connection, publisher } = await begin(t, "5", limited);
    const { link } = connection;
    const poison = publisher.publish({ ...large("a/large"), qos });
    const others = numbers(600).map((each) => publisher.publish({ ...small(`a/${each}`), qos }));
    await assert.rejects(poison, { code: "MESSAGE_TOO_LARGE", message: /223000 bytes to a\/large/ });
    await Promise.all(others);
    assert.equal(connection.link, link, "it was answered on the same connection");
  });

test("MQTT 3.1.1: a message for which the broker closes the connection is found, the others are published", {
  skip,
}, async (t) => {
  const { connection, publisher } = await begin(t, "3.1.1", closing);
  const before = numbers(5).map((each) => publisher.publish(small(`a/${each}`)));
  const poison = publisher.publish(large("a/large"));
  const others = numbers(600).map((each) => publisher.publish(small(`a/${each}`)));
  await assert.rejects(poison, { ...endsConnection, message: /223000 bytes to a\/large/ });
  await Promise.all([...before, ...others]);
  const hint = connection.logged.find((line) => line.includes("connection_unstable"));
  assert.match(hint ?? "", /while messages were in flight .*bytes to a\//);
  assert.doesNotMatch(hint ?? "", /client-id/);
});

test("a message that ends the connection is found with nothing behind it", { skip }, async (t) => {
  const { publisher } = await begin(t, "3.1.1", closing);
  await assert.rejects(publisher.publish(large("a/large")), endsConnection);
  await publisher.publish(small("a"));
});

test("of many messages that end the connection each is found, and no other", { skip }, async (t) => {
  const { publisher } = await begin(t, "3.1.1", closing, 20);
  const publish = (each: number) =>
    publisher.publish(each % 20 === 3 ? large(`a/${each}`) : small(`a/${each}`));
  const results = await Promise.allSettled(numbers(60).map(publish));
  const rejected = results.flatMap(({ status }, each) => (status === "rejected" ? [each] : []));
  assert.deepEqual(rejected, [3, 23, 43]);
});

for (const version of ["5", "3.1.1"] as const)
  test(`MQTT ${version}: a topic that the broker does not take is found, whatever its reason`, {
    skip,
  }, async (t) => {
    const { publisher } = await begin(t, version, {});
    // Mosquitto closes the connection for a control character, and for more than 200 levels.
    const poisons = ["a/\u0001", `a${"/b".repeat(300)}`].map((topic) =>
      assert.rejects(publisher.publish(small(topic)), {
        exitCode: 1,
        code: /MESSAGE_ENDS_CONNECTION|REFUSED/,
      }),
    );
    await Promise.all(numbers(50).map((each) => publisher.publish(small(`a/${each}`))));
    await Promise.all(poisons);
  });

test("what MQTT cannot say is rejected before it is sent", { skip }, async (t) => {
  const { connection, publisher } = await begin(t, "5", { lines: ["max_packet_size 5000"] });
  const { link } = connection;
  const properties = [
    { contentType: "x".repeat(70_000) },
    { contentType: ["a", "b"] },
    { userProperties: {} },
    { userProperties: { name: "x".repeat(70_000) } },
    { userProperties: { name: null } },
    { messageExpiryInterval: -1 },
    { messageExpiryInterval: Number.NaN },
    { topicAlias: 1 },
    { subscriptionIdentifier: 1 },
    { unknown: "x" },
  ];
  for (const each of properties)
    await assert.rejects(
      publisher.publish({ ...small("a"), properties: each as never }),
      { code: "MESSAGE_INVALID" },
      JSON.stringify(each).slice(0, 100),
    );
  for (const topic of ["", "a/#", "+", "a\0b"])
    await assert.rejects(publisher.publish(small(topic)), { code: "MESSAGE_INVALID" }, topic);
  await assert.rejects(publisher.publish(small("x".repeat(70_000))), { code: "MESSAGE_TOO_LARGE" });
  // Payload and topic alone are within the limit.
  const userProperties = { name: "x".repeat(3000), other: ["y".repeat(1000), "z".repeat(1000)] };
  const over = { ...small("a"), properties: { userProperties } };
  await assert.rejects(publisher.publish(over), { code: "MESSAGE_TOO_LARGE", message: /at most 5000/ });
  await publisher.publish(small("a"));
  assert.equal(connection.link, link);
});

test("a packet of exactly the maximum size is published", { skip }, async (t) => {
  const { publisher } = await begin(t, "5", { lines: ["max_packet_size 5000"] });
  const properties = {
    contentType: "image/png",
    userProperties: { via: ["a", "b"] },
    payloadFormatIndicator: false,
  };
  // Header 1, length 2, topic 3, identifier 2, length of the properties 1, they themselves 12 + 2 * 9 + 2.
  const rest = 1 + 2 + 3 + 2 + 1 + 12 + 2 * 9 + 2;
  const message = (size: number) => ({
    topic: "a",
    payload: Buffer.alloc(size),
    qos: 1 as const,
    properties,
  });
  await publisher.publish(message(5000 - rest));
  await assert.rejects(publisher.publish(message(5001 - rest)), { code: "MESSAGE_TOO_LARGE" });
});

/** A publisher whose messages to `odd` are answered with a reason code that the test chooses. */
async function answering(t: TestContext, code: () => number) {
  const broker = await startMosquitto();
  t.after(() => broker.stop());
  const proxy = await startInjectingProxy(broker.port);
  t.after(() => proxy.stop());
  const connection = await WatchedConnection.make(t, brokerAt(proxy.port));
  const publisher = connection.add(new Publisher(connection, 20));
  await connection.start(never);
  connection.link?.client.on("packetsend", (packet) => {
    if (packet.cmd !== "publish" || packet.topic !== "odd") return;
    // The broker's own PUBACK follows and answers nothing any more.
    const { messageId = 0 } = packet;
    proxy.inject(Buffer.from([0x40, 4, messageId >> 8, messageId & 0xff, code(), 0]));
  });
  return { connection, publisher };
}

test("a message that is refused for the moment is sent again; after three times its caller decides", {
  skip,
}, async (t) => {
  const codes = [0x97, 0x97, 0, 0x80, 0x83, 0x97];
  const { publisher } = await answering(t, () => codes.shift() ?? 0);
  await publisher.publish(small("odd"));
  await assert.rejects(publisher.publish(small("odd")), { code: "BROKER_PUBLISH_REFUSED" });
  assert.equal(publisher.inFlight, 0);
});

test("every reason code from 0x80 to 0xff refuses one message", { skip }, async (t) => {
  const others = [0x80, 0x83, 0x88, 0x89, 0x8b, 0x91, 0x93, 0x96, 0x97, 0x9f];
  const codes = numbers(128).map((each) => 0x80 + each);
  const final = codes.filter((code) => !others.includes(code));
  let next = 0;
  const { connection, publisher } = await answering(t, () => final[next++] ?? 0);
  const { link } = connection;
  for (const code of final)
    await assert.rejects(publisher.publish(small("odd")), { exitCode: 1 }, code.toString(16));
  await publisher.publish(small("a"));
  assert.equal(connection.link, link);
});

test("a connection that is cut at random costs no message", { skip }, async (t) => {
  const broker = await startMosquitto({ maxQueued: 0 });
  t.after(() => broker.stop());
  const proxy = await startDelayProxy({ target: broker.port, rtt: 20 });
  t.after(() => proxy.stop());
  const connection = await WatchedConnection.make(t, brokerAt(proxy.port, { version: "3.1.1" }));
  const publisher = connection.add(new Publisher(connection, 20));
  let cuts = 0;
  // Soon after it is connected: three times in a row with the same message in flight.
  connection.add({
    connected: () => {
      if (cuts++ < 8) setTimeout(() => proxy.cut(), cuts * 3);
    },
  });
  await connection.start(never);
  const publish = (each: number) => publisher.publish({ ...small(`a/${each}`), payload: Buffer.alloc(each) });
  await Promise.all(numbers(100).map(publish));
  assert.ok(connection.logged.some((line) => line.includes("isolating")));
});

test("chance explains ends that fall into no small share of the time", () => {
  assert.ok(chanceOf(3, 3, 0.009) < 1e-6);
  assert.ok(chanceOf(3, 3, 0.02) > 1e-6);
  assert.ok(chanceOf(3, 30, 0.009) > 1e-3);
  assert.equal(chanceOf(0, 5, 0.5), 1);
  assert.equal(chanceOf(5, 5, 1), 1);
});

test("cuts at random, simulated for days, never convict a message", () => {
  // Deterministic: a linear congruential generator (Numerical Recipes).
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  let rejected = 0;
  let passed = 0;
  for (const mean of [50, 200, 1000, 10_000])
    for (const answer of [1, 20, 200]) {
      let now = 0;
      const waiting = new Set(numbers(20));
      let isolation: Isolation<number> | undefined;
      for (let link = 0; link < 20_000; link++) {
        now += 200;
        const end = now - Math.log(1 - random()) * mean;
        isolation ??= new Isolation(waiting, () => false);
        isolation.connected(now);
        while (now < end && !isolation.isOver) {
          const step = isolation.next(waiting, now);
          if (step?.do === "reject") {
            rejected++;
            waiting.delete(step.message);
          } else if (step?.do === "publish") {
            isolation.published(step.message, now);
            now += answer * (0.5 + random());
            if (now >= end) break;
            isolation.answered(step.message, false, now);
            waiting.delete(step.message);
            waiting.add(20 + passed++);
          } else {
            now += step?.do === "wait" ? step.time : answer;
            if (now < end && step?.do === "probe") isolation.probed();
          }
        }
        if (isolation.isOver) isolation = undefined;
        else isolation.ended(end, true);
        now = Math.max(now, end);
      }
    }
  assert.equal(rejected, 0);
  assert.ok(passed > 100_000, `${passed} passed`);
});
