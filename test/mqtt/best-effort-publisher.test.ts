import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { BestEffortPublisher } from "../../src/mqtt/best-effort-publisher.ts";
import { mosquittoMissing, startMosquitto } from "../support/mosquitto.ts";
import { brokerAt, never, WatchedConnection } from "./fixture.ts";

const skip = mosquittoMissing() ?? false;

async function begin(t: TestContext, window: number, lines: readonly string[], timeout?: number) {
  const broker = await startMosquitto({ lines });
  t.after(() => broker.stop());
  const connection = await WatchedConnection.make(t, brokerAt(broker.port));
  const publisher = connection.add(new BestEffortPublisher(connection, window, timeout));
  await connection.start(never);
  return { broker, connection, publisher };
}

const small = { topic: "a", payload: Buffer.from("x") };

test("a message that is never acknowledged is lost after a while, and so are those behind it", {
  skip,
}, async (t) => {
  const { broker, connection, publisher } = await begin(t, 1, [], 2000);
  const { link } = connection;
  broker.pause();
  const answers = await Promise.all([publisher.publish(small), publisher.publish(small)]);
  assert.deepEqual(answers, ["lost", "lost"]);
  assert.equal(publisher.free, 0, "the broker may still count it");
  broker.resume();
  assert.equal(await publisher.publish(small), "acknowledged");
  assert.equal(connection.link, link);
});

test("a message whose properties are larger than the broker accepts does not end the connection", {
  skip,
}, async (t) => {
  const { connection, publisher } = await begin(t, 10, ["max_packet_size 3000"]);
  const { link } = connection;
  const publish = (value: unknown) =>
    publisher.publish({ ...small, properties: { userProperties: { name: value as string } } });
  assert.equal(await publish("x".repeat(60_000)), "lost");
  assert.equal(await publish(Array.from({ length: 100 }, () => "x".repeat(30))), "lost");
  assert.equal(await publish(7), "lost", "no such packet exists");
  assert.equal(await publish("x".repeat(2500)), "acknowledged");
  assert.equal(connection.link, link);
});
