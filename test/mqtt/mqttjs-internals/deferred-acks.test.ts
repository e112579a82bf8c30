import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { type TestContext, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import mqtt, { type MqttClient, type Packet } from "mqtt";
import { UserError } from "../../../src/base/errors.ts";
import { type Acknowledge, deferAcks } from "../../../src/mqtt/mqttjs-internals/deferred-acks.ts";
import { type Mosquitto, mosquittoMissing, startMosquitto } from "../../support/mosquitto.ts";
import { publishWithMosquitto } from "../../support/mosquitto-clients.ts";
import { brokerAt, ManualHandler, never, WatchedConnection } from "../fixture.ts";

const skip = mosquittoMissing() ?? false;
const cases = [
  { qos: 1, version: "5" },
  { qos: 2, version: "5" },
  { qos: 1, version: "3.1.1" },
  { qos: 2, version: "3.1.1" },
] as const;

/** A broker that logs each packet, and a connected subscriber to `a/#` with a manual handler. */
async function begin(
  t: TestContext,
  { qos, version }: (typeof cases)[number],
  receiveMaximum?: number,
): Promise<{ broker: Mosquitto; connection: WatchedConnection; handler: ManualHandler }> {
  const broker = await startMosquitto({ maxInflight: 500, lines: ["log_type all"] });
  t.after(() => broker.stop());
  const connection = await WatchedConnection.make(t, brokerAt(broker.port, { version }), {
    durable: true,
    receiveMaximum,
  });
  const handler = new ManualHandler(connection, { filter: "a/#", qos });
  await connection.start(never);
  return { broker, connection, handler };
}

async function publishAll(broker: Mosquitto, texts: readonly string[], qos: 1 | 2): Promise<void> {
  for (const text of texts) await publishWithMosquitto(broker, "a/b", text, { qos });
}

/** Packet identifiers of the PUBACKs or PUBRECs that the broker received from the subscriber, in order. */
function acknowledged(broker: Mosquitto, from = 0): number[] {
  const lines = broker.log.slice(from).matchAll(/Received PUB(?:ACK|REC) from under-test \(Mid: (\d+)/g);
  return [...lines].map(([, id]) => Number(id));
}

/** Packet identifiers of the messages that the broker sent to the subscriber, in order. */
function delivered(broker: Mosquitto, from = 0): number[] {
  const lines = broker.log.slice(from).matchAll(/Sending PUBLISH to under-test \(d\d, q[12], r0, m(\d+)/g);
  return [...lines].map(([, id]) => Number(id));
}

let markers = 0;

/** Resolves when the broker's log contains everything that the subscriber has sent so far. */
async function caughtUp(broker: Mosquitto, connection: WatchedConnection): Promise<void> {
  // Acknowledgements of finished handlers are sent before the marker.
  await setImmediate();
  const marker = `marker/${++markers}`;
  await connection.link?.client.publishAsync(marker, "", { qos: 1 });
  await broker.logged(new RegExp(`Received PUBLISH from under-test .*'${marker}'`));
}

async function connected(client: MqttClient): Promise<void> {
  await new Promise<unknown>((resolve) => client.once("connect", resolve));
}

for (const each of cases) {
  const name = `QoS ${each.qos}, MQTT ${each.version}`;

  test(`nothing is acknowledged before it is safe; after a reconnect it is delivered again (${name})`, {
    skip,
  }, async (t) => {
    const { broker, connection, handler } = await begin(t, each);
    await publishAll(broker, ["one", "two"], each.qos);
    await handler.until(2);
    await caughtUp(broker, connection);
    assert.deepEqual(acknowledged(broker), []);
    await connection.lose();
    await handler.until(4);
    assert.deepEqual(handler.texts, ["one", "two", "one", "two"]);
    assert.equal(connection.link?.sessionPresent, true);
    for (const { finish } of handler.received.slice(2)) finish();
    await caughtUp(broker, connection);
    assert.equal(acknowledged(broker).length, 2);
  });

  test(`acknowledgements are sent in the order of arrival (${name})`, { skip }, async (t) => {
    const { broker, connection, handler } = await begin(t, each);
    await publishAll(broker, ["0", "1", "2", "3", "4"], each.qos);
    await handler.until(5);
    assert.deepEqual(handler.texts, ["0", "1", "2", "3", "4"]);
    const ids = delivered(broker);
    for (const late of [3, 1, 4]) handler.received[late]?.finish();
    await caughtUp(broker, connection);
    assert.deepEqual(acknowledged(broker), []);
    handler.received[0]?.finish();
    await caughtUp(broker, connection);
    assert.deepEqual(acknowledged(broker), ids.slice(0, 2));
    handler.received[2]?.finish();
    await caughtUp(broker, connection);
    assert.deepEqual(acknowledged(broker), ids);
  });

  test(`a message that becomes safe after its connection was lost is not acknowledged on the next (${name})`, {
    skip,
  }, async (t) => {
    const { broker, connection, handler } = await begin(t, each);
    await publishAll(broker, ["one"], each.qos);
    await handler.until(1);
    await connection.lose();
    await handler.until(2);
    handler.received[0]?.finish();
    await caughtUp(broker, connection);
    assert.deepEqual(acknowledged(broker), []);
    handler.received[1]?.finish();
    await caughtUp(broker, connection);
    assert.equal(acknowledged(broker).length, 1);
  });
}

test("as many messages are in flight as the receive maximum allows, and no more", { skip }, async (t) => {
  const receiveMaximum = 50;
  const { broker, handler } = await begin(t, { qos: 1, version: "5" }, receiveMaximum);
  const publisher = await mqtt.connectAsync(broker.url);
  t.after(() => publisher.endAsync(true));
  for (let each = 0; each < 80; each++) await publisher.publishAsync("a/b", "x", { qos: 1 });
  // QoS 0 does not count: it overtakes the messages that the broker queues.
  await publisher.publishAsync("a/marker", "marker");
  await handler.until(receiveMaximum + 1);
  assert.equal(handler.received.at(-1)?.message.topic, "a/marker");
  for (let each = 0; each < 81; each++) {
    await handler.until(each + 1);
    handler.received[each]?.finish();
  }
});

test("a handler slower than the keepalive does not lose the connection", { skip }, async (t) => {
  const broker = await startMosquitto({ lines: ["log_type all"] });
  t.after(() => broker.stop());
  const client = mqtt.connect(broker.url, { clientId: "under-test", keepalive: 1, reconnectPeriod: 0 });
  t.after(() => client.endAsync(true));
  const held: Acknowledge[] = [];
  deferAcks(
    client,
    (held) => held > 1,
    (_packet, acknowledge) => held.push(acknowledge),
  );
  await connected(client);
  await client.subscribeAsync("a/#", { qos: 1 });
  await publishAll(broker, ["one"], 1);
  // Three pings are answered while the message is in flight: twice as long as the broker would wait without them.
  for (let answered = 0; answered < 3; ) {
    const packet = await new Promise<Packet>((resolve) => client.once("packetreceive", resolve));
    if (packet.cmd === "pingresp") answered++;
  }
  assert.equal(held.length, 1);
  assert.equal(client.connected, true);
  const from = broker.log.length;
  held[0]?.();
  await broker.logged(/Received PUBACK from under-test/, from);
});

test("a broker that sends more than allowed is paused, and the connection stays", {
  skip,
}, async (t) => {
  const broker = await startMosquitto({ maxInflight: 500, lines: ["log_type all"] });
  t.after(() => broker.stop());
  // MQTT 3.1.1 has no receive maximum.
  const options = { clientId: "under-test", protocolVersion: 4, keepalive: 1, reconnectPeriod: 0 } as const;
  const client = mqtt.connect(broker.url, options);
  t.after(() => client.endAsync(true));
  const events = new EventEmitter();
  const held: Acknowledge[] = [];
  deferAcks(
    client,
    (held) => held > 3,
    (_packet, acknowledge) => {
      held.push(acknowledge);
      events.emit("held");
    },
  );
  await connected(client);
  await client.subscribeAsync("a/#", { qos: 1 });
  await publishAll(
    broker,
    Array.from({ length: 10 }, (_, each) => String(each)),
    1,
  );
  const from = broker.log.length;
  // Without them the broker would have closed the connection after one and a half seconds.
  await broker.logged(/(Received PINGREQ from under-test[\s\S]*){4}/, from);
  assert.equal(held.length, 4);
  for (let each = 0; each < 10; each++) {
    while (held.length <= each) await once(events, "held");
    held[each]?.();
  }
  assert.equal(client.connected, true);
  await broker.logged(/(Received PUBACK from under-test[\s\S]*){10}/, from);
});

test("a message whose handler failed is kept by the broker and delivered again on the next connection", {
  skip,
}, async (t) => {
  const { broker, connection, handler } = await begin(t, { qos: 1, version: "5" });
  await publishAll(broker, ["one"], 1);
  await handler.until(1);
  handler.received[0]?.fail(new UserError("DISK_FULL", "the disk is full"));
  await caughtUp(broker, connection);
  assert.deepEqual(acknowledged(broker), []);
  assert.match(connection.logged.join(""), /a message on a\/b is kept in the broker: the disk is full/);
  await connection.lose();
  await handler.until(2);
  handler.received[1]?.finish();
});
