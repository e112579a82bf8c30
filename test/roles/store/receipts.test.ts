import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { type TestContext, test } from "node:test";
import { newEpoch } from "../../../src/face/face-id.ts";
import { parseReceipt, type Receipt } from "../../../src/face/receipt.ts";
import { clientAt, Subscriber } from "../../pipeline/client.ts";
import { facesOf } from "../../pipeline/faces.ts";
import { startDelayProxy } from "../../support/delay-proxy.ts";
import { emptyFolder } from "../../support/folder.ts";
import { type Mosquitto, mosquittoMissing, startMosquitto } from "../../support/mosquitto.ts";
import { roomyBroker, storeTo } from "./fixture.ts";

const skip = mosquittoMissing() ?? false;

/** Publishes to the topic in one go; resolves when the broker has acknowledged all. */
async function publish(t: TestContext, broker: Mosquitto, topic: string, payloads: readonly Buffer[]) {
  const client = await clientAt(
    t,
    broker.url,
    broker.options.users ? { username: "camera", password: "secret" } : {},
  );
  await Promise.all(payloads.map((payload) => client.publishAsync(topic, payload, { qos: 1 })));
}

const listen = (t: TestContext, broker: Mosquitto) => Subscriber.at(t, broker.url, "facepipe/stored/#");

function receiptsOf(subscriber: Subscriber): (Receipt & { readonly topic: string })[] {
  return subscriber.received.map(({ topic, payload }) => {
    const receipt = parseReceipt(payload as Buffer);
    assert.ok(receipt, `no receipt: ${payload}`);
    return { topic, ...receipt };
  });
}

/** Resolves when receipts name all these faces, which are of any epoch; with all receipts until then. */
async function untilNamed(subscriber: Subscriber, count: number) {
  for (let heard = 1; ; heard++) {
    await subscriber.until(heard);
    const receipts = receiptsOf(subscriber);
    const ranges = receipts.flatMap(({ stored }) => stored);
    const refused = receipts.flatMap(({ refused = [] }) => refused).length;
    if (ranges.reduce((sum, [first, last]) => sum + last - first + 1, refused) >= count) return receipts;
  }
}

test("receipts name what is stored, by topic and epoch, and gather it", { skip }, async (t) => {
  const broker = await roomyBroker(t);
  const receipts = await listen(t, broker);
  await storeTo(t, broker, emptyFolder(t));
  const [one, two] = [newEpoch(), newEpoch()];
  await Promise.all([
    publish(t, broker, "faces/cam0", facesOf("cam0", one, [1, 2, 3, 5, 6])),
    publish(t, broker, "faces/cam0", facesOf("cam0", two, [7])),
    publish(t, broker, "faces/site/cam1", facesOf("cam1", two, [1, 2])),
  ]);
  const all = await untilNamed(receipts, 8);
  assert.ok(all.length < 8, `${all.length} receipts for 8 faces that came at once`);
  const of = (topic: string, epoch: string) => {
    const found = all.filter((each) => each.topic === topic && each.epoch === epoch);
    return found.map(({ camera, stored, repeated, refused, ended }) => {
      assert.deepEqual([repeated, refused, ended], [[], [], undefined]);
      return [camera, ...stored.flatMap(([first, last]) => range(first, last))];
    });
  };
  const merged = (lists: (string | number)[][]) => [...new Set(lists.flat())];
  assert.deepEqual(merged(of("facepipe/stored/faces/cam0", one)), ["cam0", 1, 2, 3, 5, 6]);
  assert.deepEqual(merged(of("facepipe/stored/faces/cam0", two)), ["cam0", 7]);
  assert.deepEqual(merged(of("facepipe/stored/faces/site/cam1", two)), ["cam1", 1, 2]);
});

test("a face that comes again is `repeated`, another face with its key `refused`", { skip }, async (t) => {
  const broker = await roomyBroker(t);
  const receipts = await listen(t, broker);
  await storeTo(t, broker, emptyFolder(t));
  const epoch = newEpoch();
  const faces = facesOf("cam0", epoch, [1, 2]);
  await publish(t, broker, "faces/cam0", faces);
  await untilNamed(receipts, 2);
  await publish(t, broker, "faces/cam0", faces.slice(1));
  await untilNamed(receipts, 3);
  await publish(t, broker, "faces/cam0", facesOf("cam0", epoch, [2], 200));
  const last = (await untilNamed(receipts, 4)).slice(-2);
  assert.deepEqual(
    last.map(({ stored, repeated, refused }) => ({ stored, repeated, refused })),
    [
      { stored: [[2, 2]], repeated: [[2, 2]], refused: [] },
      { stored: [], repeated: [], refused: [{ seq: 2, reason: "conflict" }] },
    ],
  );
});

test("no receipt is sent before the object is durable, nor for what is no face", { skip }, async (t) => {
  const broker = await roomyBroker(t);
  const receipts = await listen(t, broker);
  const folder = emptyFolder(t);
  const program = await storeTo(t, broker, folder);
  // A folder that is gone: every write fails until it is there again.
  await rm(folder, { recursive: true });
  const [epoch, other] = [newEpoch(), newEpoch()];
  await publish(t, broker, "faces/cam0", facesOf("cam0", epoch, [1]));
  await program.event("write_retry");
  await publish(t, broker, "faces/cam0", [Buffer.from("no picture")]);
  assert.deepEqual(receiptsOf(receipts), []);
  await program.kill();
  const second = await storeTo(t, broker, emptyFolder(t));
  await second.event("payload_rejected");
  await publish(t, broker, "faces/cam0", facesOf("cam0", other, [9]));
  const all = await untilNamed(receipts, 2);
  assert.deepEqual(all.flatMap(({ stored }) => stored).sort(), [
    [1, 1],
    [9, 9],
  ]);
});

test("what was stored before the connection was lost is confirmed after it is back", { skip }, async (t) => {
  const broker = await roomyBroker(t);
  const receipts = await listen(t, broker);
  const proxy = await startDelayProxy({ target: broker.port });
  t.after(() => proxy.stop());
  const behind = Object.assign(Object.create(broker), { url: `mqtt://127.0.0.1:${proxy.port}` });
  const program = await storeTo(t, behind, emptyFolder(t));
  const seqs = range(1, 100);
  await publish(t, broker, "faces/cam0", facesOf("cam0", newEpoch(), seqs));
  await program.event("object_written");
  proxy.cut();
  const named = new Set<number>();
  for (let count = 1; named.size < seqs.length; count++) {
    await receipts.until(count);
    for (const { stored } of receiptsOf(receipts))
      for (const [first, last] of stored) for (const seq of range(first, last)) named.add(seq);
  }
});

test("stopped, a store confirms what it stored before it disconnects", { skip }, async (t) => {
  const broker = await roomyBroker(t);
  const receipts = await listen(t, broker);
  const program = await storeTo(t, broker, emptyFolder(t));
  await publish(t, broker, "faces/cam0", facesOf("cam0", newEpoch(), [1]));
  await program.event("object_written");
  assert.deepEqual(await program.stop(), { code: 0, signal: null });
  assert.deepEqual(
    (await untilNamed(receipts, 1)).map(({ stored }) => stored),
    [[[1, 1]]],
  );
});

test("a broker that forbids receipts does not stop the storing, and is named once", { skip }, async (t) => {
  const users = { camera: "secret", store: "secret" };
  const acl = ["user camera", "topic write faces/#", "user store", "topic read faces/#"];
  const broker = await startMosquitto({ users, acl });
  t.after(() => broker.stop());
  const program = await storeTo(t, broker, emptyFolder(t), {}, "--username", "store", "--password", "secret");
  const epoch = newEpoch();
  await publish(t, broker, "faces/cam0", facesOf("cam0", epoch, [1]));
  const { msg } = await program.event("broker_feature_missing", { msg: /receipts/ });
  assert.match(msg, /not authorized.*access rules/);
  await publish(t, broker, "faces/cam0", facesOf("cam0", epoch, [2, 3]));
  await program.eventTimes("object_written", 3);
  assert.deepEqual(await program.stop(), { code: 0, signal: null });
  assert.equal(program.events("broker_feature_missing", { msg: /receipts/, level: "warn" }).length, 1);
});

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
