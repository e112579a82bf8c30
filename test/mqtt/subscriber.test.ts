import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
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

test("a resumed session's queue does not fill the memory, also with a second filter", { skip }, async (t) => {
  const broker = await startMosquitto({ maxQueued: 0, maxInflight: 1000 });
  t.after(() => broker.stop());
  const session = { durable: true, receiveMaximum: 5 };
  const also = { filter: "b/#", consequence: "nothing" };
  const subscription = { filter: "a/#", also, qos: 1 } as const;
  const first = await WatchedConnection.make(t, brokerAt(broker.port, { clientId: "kept" }), session);
  first.add(new Subscriber(first, subscription, async () => undefined));
  await first.start(never);
  await first.stop();
  const sender = await WatchedConnection.make(t, brokerAt(broker.port, { clientId: "sender" }));
  const publisher = sender.add(new Publisher(sender, 100));
  await sender.start(never);
  const message = { topic: "a/b", payload: Buffer.alloc(10_000), qos: 1 } as const;
  const count = 2000;
  await Promise.all(Array.from({ length: count }, () => publisher.publish(message)));

  const second = await WatchedConnection.make(t, brokerAt(broker.port, { clientId: "kept" }), session);
  let [handled, most] = [0, 0];
  const all = deferred();
  const subscriber: Subscriber = new Subscriber(second, subscription, async () => {
    most = Math.max(most, subscriber.inFlight);
    await setImmediate();
    if (++handled === count) all.resolve();
  });
  second.add(subscriber);
  await second.start(never);
  await all.promise;
  assert.ok(most < count / 4, `${most} in flight`);
});
