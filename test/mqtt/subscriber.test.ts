import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { deferred } from "../../src/base/deferred.ts";
import { Publisher } from "../../src/mqtt/publisher.ts";
import { Subscriber } from "../../src/mqtt/subscriber.ts";
import { mosquittoMissing, startMosquitto } from "../support/mosquitto.ts";
import { brokerAt, never, WatchedConnection } from "./fixture.ts";

const skip = mosquittoMissing() ?? false;

test("a message that alone meets a bug is dropped, and those behind it go on", { skip }, async (t) => {
  const broker = await startMosquitto();
  t.after(() => broker.stop());
  const connection = await WatchedConnection.make(t, brokerAt(broker.port), { receiveMaximum: 5 });
  const handled: string[] = [];
  const events = new EventTarget();
  const handler = async ({ payload }: { payload: Buffer }): Promise<void> => {
    if (payload.toString() === "3") throw new TypeError("a bug");
    handled.push(payload.toString());
    if (handled.length === 29) events.dispatchEvent(new Event("all"));
  };
  let bugs = 0;
  const subscription = { filter: "a/#", qos: 1, onBug: () => bugs++ } as const;
  connection.add(new Subscriber(connection, subscription, handler));
  const publisher = connection.add(new Publisher(connection, 10));
  const all = once(events, "all");
  await connection.start(never);
  const numbers = Array.from({ length: 30 }, (_, index) => String(index + 1));
  const publish = (text: string) => publisher.publish({ topic: "a/b", payload: Buffer.from(text), qos: 1 });
  await Promise.all(numbers.map(publish));
  await all;
  assert.deepEqual(
    handled,
    numbers.filter((text) => text !== "3"),
  );
  assert.deepEqual([bugs, connection.fatal], [1, []]);
  assert.match(connection.logged.join(""), /bug of facepipe.*TypeError: a bug/);
});

// The answer to a second request would come behind all that the broker has queued, and until then reading is not paused:
// the whole queue would be in memory.
test("both filters are in one request", { skip }, async (t) => {
  const broker = await startMosquitto({ lines: ["log_type all"] });
  t.after(() => broker.stop());
  const connection = await WatchedConnection.make(t, brokerAt(broker.port), { receiveMaximum: 5 });
  const also = { filter: "b/#", consequence: "nothing" };
  const received = new Set<string>();
  const both = deferred();
  const handler = async ({ topic }: { topic: string }): Promise<void> => {
    if (received.add(topic).size === 2) both.resolve();
  };
  connection.add(new Subscriber(connection, { filter: "a/#", also, qos: 1 }, handler));
  const publisher = connection.add(new Publisher(connection, 10));
  await connection.start(never);
  for (const topic of ["a/1", "b/1"]) await publisher.publish({ topic, payload: Buffer.from("x"), qos: 1 });
  await both.promise;
  assert.equal(broker.log.match(/Received SUBSCRIBE from under-test/g)?.length, 1);
});
