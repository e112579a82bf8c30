import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Aedes } from "aedes";
import { deferred } from "../../src/base/deferred.ts";
import { subscribeOptionally } from "../../src/mqtt/optional-subscription.ts";
import { Publisher } from "../../src/mqtt/publisher.ts";
import { Subscriber } from "../../src/mqtt/subscriber.ts";
import { clientAt } from "../pipeline/client.ts";
import { listenOn } from "../support/aedes-server.ts";
import { brokerAt, never, WatchedConnection } from "./fixture.ts";

/** A broker that refuses the first `times` subscriptions to `filter`, as a cluster does that has just lost a node. */
async function startHesitantBroker(t: TestContext, filter: string, times: number): Promise<string> {
  let refusals = 0;
  const broker = await Aedes.createBroker({
    authorizeSubscribe: (_client, subscription, answer) => {
      const isRefused = subscription.topic === filter && refusals < times;
      if (isRefused) refusals++;
      answer(null, isRefused ? null : subscription);
    },
  });
  return listenOn(t, broker);
}

test("an optional subscription that is refused is tried again until it is granted", async (t) => {
  const url = await startHesitantBroker(t, "a/#", 2);
  const client = await clientAt(t, url, { protocolVersion: 4 });
  const refusals: unknown[] = [];
  const arrived = deferred<string>();
  client.on("message", (topic) => arrived.resolve(topic));
  const answered = new Promise<void>((resolve) => {
    client.on("packetreceive", ({ cmd }) => cmd === "suback" && refusals.length === 2 && resolve());
  });
  await subscribeOptionally(client, "a/#", { qos: 1 }, (error) => refusals.push(error));
  // The role goes on without.
  assert.equal(refusals.length, 1);
  await answered;
  await client.publishAsync("a/b", "x", { qos: 1 });
  assert.equal(await arrived.promise, "a/b");
  assert.equal(refusals.length, 2);
});

test("a subscriber's second filter that is refused is tried again, with one warning", async (t) => {
  const url = await startHesitantBroker(t, "b/#", 2);
  const broker = brokerAt(Number(new URL(url).port), { version: "3.1.1" });
  const connection = await WatchedConnection.make(t, broker);
  const arrived = deferred<string>();
  const handler = async ({ topic }: { topic: string }): Promise<void> => arrived.resolve(topic);
  const also = { filter: "b/#", consequence: "no b" };
  connection.add(new Subscriber(connection, { filter: "a/#", also, qos: 1 }, handler));
  const publisher = connection.add(new Publisher(connection, 10));
  await connection.start(never);
  const { client } = connection.link ?? assert.fail("not connected");
  // The answer to the third request.
  await new Promise<void>((resolve) => {
    let answers = 1;
    client.on("packetreceive", ({ cmd }) => cmd === "suback" && ++answers === 3 && resolve());
  });
  await publisher.publish({ topic: "b/1", payload: Buffer.from("x"), qos: 1 });
  assert.equal(await arrived.promise, "b/1");
  const warnings = connection.logged.filter((line) => line.includes('"level":"warn"'));
  assert.equal(warnings.length, 1, warnings.join(""));
  assert.match(warnings[0] ?? "", /no b: .* refused the subscription to b\/#/);
});
