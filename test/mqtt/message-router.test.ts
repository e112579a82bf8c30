import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { type TestContext, test } from "node:test";
import type { ConnectionExtension } from "../../src/mqtt/connection.ts";
import type { Link } from "../../src/mqtt/link.ts";
import type { MessageRouter } from "../../src/mqtt/message-router.ts";
import { probePayload } from "../../src/mqtt/probe/message.ts";
import { mosquittoMissing, startMosquitto } from "../support/mosquitto.ts";
import { publishWithMosquitto } from "../support/mosquitto-clients.ts";
import { brokerAt, ManualHandler, never, WatchedConnection } from "./fixture.ts";

const skip = mosquittoMissing() ?? false;

/** Listens on a topic or prefix, and handles the messages that do not say "decline". */
class Listener implements ConnectionExtension {
  readonly received: string[] = [];
  readonly #events = new EventEmitter();
  readonly #topic: string;

  constructor(topic: string) {
    this.#topic = topic;
  }

  route(router: MessageRouter): void {
    router.listen(this.#topic, ({ payload }) => {
      this.received.push(payload.toString());
      this.#events.emit("received");
      return payload.toString() !== "decline";
    });
  }

  async connected({ client }: Link): Promise<void> {
    const filter = this.#topic.endsWith("/") ? `${this.#topic}+` : this.#topic;
    await client.subscribeAsync(filter, { qos: 1 });
  }

  async until(count: number): Promise<void> {
    while (this.received.length < count) await once(this.#events, "received");
  }
}

async function begin(t: TestContext) {
  const broker = await startMosquitto({ lines: ["log_type all"] });
  t.after(() => broker.stop());
  const connection = await WatchedConnection.make(t, brokerAt(broker.port), { durable: true });
  return { broker, connection };
}

for (const qos of [1, 2] as const)
  test(`a subscriber of # receives no control message, but what its listener declined (QoS ${qos})`, {
    skip,
  }, async (t) => {
    const { broker, connection } = await begin(t);
    const handler = new ManualHandler(connection, { filter: "#", qos });
    const listener = connection.add(new Listener("control/"));
    await connection.start(never);
    await publishWithMosquitto(broker, "a", "first", { qos });
    await publishWithMosquitto(broker, "control/a", "handled", { qos });
    await publishWithMosquitto(broker, "control/a", "decline", { qos });
    await publishWithMosquitto(broker, "a", probePayload("1"), { qos });
    await publishWithMosquitto(broker, "a", "last", { qos });
    const texts = () => handler.texts.filter((text) => /first|handled|decline|broker-check|last/.test(text));
    for (let count = 1; !texts().includes("last"); count++) await handler.until(count);
    assert.deepEqual([...new Set(texts())], ["first", "decline", "last"]);
    assert.ok(listener.received.includes("handled"));
    await connection.link?.client.publishAsync("marker", "", { qos: 1 });
    await broker.logged(/Received PUBLISH from under-test .*'marker'/);
    // A control message must not be acknowledged before the messages that arrived earlier [MQTT-4.6.0-2].
    assert.doesNotMatch(broker.log, /Received PUB(ACK|REC) from under-test/);
    const from = broker.log.length;
    for (const { finish } of handler.received) finish();
    await broker.logged(/(Received PUB(ACK|REC) from under-test[\s\S]*){5}/, from);
  });

test("without a subscriber, listeners receive and everything is acknowledged", { skip }, async (t) => {
  const { broker, connection } = await begin(t);
  const listener = connection.add(new Listener("control"));
  await connection.start(never);
  await connection.link?.client.subscribeAsync("other", { qos: 1 });
  await publishWithMosquitto(broker, "other", "x");
  await publishWithMosquitto(broker, "control", "y");
  await listener.until(1);
  await broker.logged(/(Received PUBACK from under-test[\s\S]*){2}/);
});

test("a resumed session's messages reach listener and subscriber before they subscribe again", {
  skip,
}, async (t) => {
  const { broker, connection } = await begin(t);
  let untilReceived = async () => undefined as unknown;
  connection.add({ connected: async () => void (await untilReceived()) });
  const handler = new ManualHandler(connection, { filter: "a", qos: 1 });
  const listener = connection.add(new Listener("control"));
  await connection.start(never);
  untilReceived = () => Promise.all([listener.until(1), handler.until(1)]);
  connection.link?.client.stream.destroy();
  await connection.until(false);
  await publishWithMosquitto(broker, "control", "y");
  await publishWithMosquitto(broker, "a", "x");
  await connection.until(true);
  handler.received[0]?.finish();
  assert.deepEqual([listener.received, handler.texts], [["y"], ["x"]]);
});
