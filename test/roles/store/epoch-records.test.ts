import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type EpochRecord, encodeEpochRecord, epochTopic } from "../../../src/face/epoch-record.ts";
import { newEpoch } from "../../../src/face/face-id.ts";
import { parseReceipt } from "../../../src/face/receipt.ts";
import { clientAt, publishAll, Subscriber } from "../../pipeline/client.ts";
import { faceMessages } from "../../pipeline/faces.ts";
import { objectsInFolder } from "../../pipeline/objects.ts";
import { startFacepipe } from "../../support/facepipe.ts";
import { emptyFolder } from "../../support/folder.ts";
import { startForbiddingBroker } from "../../support/forbidding-broker.ts";
import { type Mosquitto, mosquittoMissing } from "../../support/mosquitto.ts";
import { roomyBroker, storeTo } from "./fixture.ts";

const skip = mosquittoMissing() ?? false;

function recordOf(epoch: string): EpochRecord {
  const dropped = [{ reason: "spool_full", ranges: [[3, 5] as const] }];
  return { v: 1, camera: "cam 0", epoch, first: 1, last: 9, dropped, endedAt: "2026-11-21T14:03:22.123Z" };
}

async function publish(t: TestContext, broker: Mosquitto, topic: string, payload: Buffer | string) {
  await (await clientAt(t, broker.url)).publishAsync(topic, payload, { qos: 1 });
}

/** Resolves with the receipts once there are at least `count`. */
async function receipts(heard: Subscriber, count: number) {
  await heard.until(count);
  return heard.received.map(({ topic, payload }) => ({ topic, ...parseReceipt(payload as Buffer) }));
}

for (const [name, options] of [
  ["its default --topic", []],
  ["a --topic that matches records, too", ["--topic", "#"]],
  ["a shared subscription", ["--share", "group"]],
] as const) {
  test(`with ${name}, an epoch record becomes an object and is confirmed`, { skip }, async (t) => {
    const broker = await roomyBroker(t);
    const heard = await Subscriber.at(t, broker.url, "facepipe/stored/#");
    const folder = emptyFolder(t);
    const program = await storeTo(t, broker, folder, {}, ...options);
    const record = recordOf(newEpoch());
    const topic = epochTopic("cam 0");
    await publish(t, broker, topic, encodeEpochRecord(record));
    const [first] = await receipts(heard, 1);
    const { camera, epoch } = record;
    const expected = { topic: `facepipe/stored/${topic}`, v: 1, camera, epoch, stored: [], ended: true };
    assert.deepEqual(first, { ...expected, repeated: [], refused: [] });
    const objects = await objectsInFolder(folder);
    assert.deepEqual([...objects.keys()], [`epochs/cam_0/${epoch}.json`]);
    assert.deepEqual([...objects.values()], [encodeEpochRecord(record)]);
    // Again, and another one of the same epoch, which an error names: both are confirmed, neither replaces the first.
    await publish(t, broker, topic, encodeEpochRecord(record));
    await receipts(heard, 2);
    await publish(t, broker, topic, encodeEpochRecord({ ...record, last: 10 }));
    assert.deepEqual(
      (await receipts(heard, 3)).map(({ ended }) => ended),
      [true, true, true],
    );
    await program.event("object_dropped", { msg: /epochs\/cam_0.*other contents/ });
    assert.deepEqual([...(await objectsInFolder(folder)).values()], [encodeEpochRecord(record)]);
    assert.deepEqual(await program.stop(), { code: 0, signal: null });
  });
}

test("what is no epoch record is rejected with its reason", { skip }, async (t) => {
  const broker = await roomyBroker(t);
  const folder = emptyFolder(t);
  const program = await storeTo(t, broker, folder);
  await publish(t, broker, "facepipe/epochs/cam0", '{"v":2}');
  const { msg } = await program.event("payload_rejected");
  assert.match(msg, /facepipe\/epochs\/cam0 .*not an epoch record/);
  assert.match(
    [...(await objectsInFolder(folder)).keys()].join(),
    /^rejected\/\w+\.bin,rejected\/\w+\.json$/,
  );
});

test("a broker that forbids epoch records and receipts is named once, and faces are stored", async (t) => {
  const url = await startForbiddingBroker(t, /^facepipe\/(epochs|stored)/);
  const folder = emptyFolder(t);
  const program = startFacepipe(t, ["store", "--broker", url, "--to", folder, "--log-level", "debug"]);
  await program.event("storing");
  await program.event("broker_feature_missing", { msg: /ended epochs are not stored.*facepipe\/epochs\/#/ });
  const client = await clientAt(t, url, { protocolVersion: 4 });
  const faces = faceMessages(3);
  await publishAll(client, [["faces/cam0", faces[0] ?? ""]]);
  // It ends the connection at each receipt.
  await program.event("connection_lost");
  await publishAll(
    client,
    faces.slice(1).map((face) => ["faces/cam0", face] as const),
  );
  await program.eventTimes("object_written", 3);
  assert.deepEqual(await program.stop(), { code: 0, signal: null });
});

test("a store with --topic # does not store receipts, presence and the broker's identity", {
  skip,
}, async (t) => {
  const broker = await roomyBroker(t);
  const folder = emptyFolder(t);
  const program = await storeTo(t, broker, folder, {}, "--topic", "#");
  for (const topic of ["facepipe/status/x", "facepipe/broker", "facepipe/stored/faces/cam0"])
    await publish(t, broker, topic, "x");
  await publish(t, broker, "last", "y");
  await program.event("payload_rejected", { msg: /on last/ });
  assert.deepEqual(await program.stop(), { code: 0, signal: null });
  assert.equal((await objectsInFolder(folder)).size, 2);
});
