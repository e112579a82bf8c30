import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { encodeEpochRecord, epochTopic } from "../../../src/face/epoch-record.ts";
import { newEpoch } from "../../../src/face/face-id.ts";
import { parseReceipt } from "../../../src/face/receipt.ts";
import { clientAt, publishAll, Subscriber } from "../../pipeline/client.ts";
import { facesOf } from "../../pipeline/faces.ts";
import { type Program, startFacepipe } from "../../support/facepipe.ts";
import { emptyFolder } from "../../support/folder.ts";
import { startForbiddingBroker } from "../../support/forbidding-broker.ts";
import { type Mosquitto, mosquittoMissing, startMosquitto } from "../../support/mosquitto.ts";
import type { MosquittoOptions } from "../../support/mosquitto-config.ts";

const skip = mosquittoMissing() ?? false;

async function brokers(t: TestContext, count: number, options: MosquittoOptions = {}): Promise<Mosquitto[]> {
  const all = await Promise.all(Array.from({ length: count }, () => startMosquitto(options)));
  t.after(() => Promise.all(all.map((broker) => broker.stop())));
  return all;
}

/** A forward that has subscribed; each has identifiers of its own. */
async function forwarder(t: TestContext, from: string, to: string, ...more: string[]): Promise<Program> {
  const id = `f${new URL(from).port}-${new URL(to).port}`;
  const ids = ["--from-client-id", id, "--to-client-id", `${id}-to`];
  const args = ["forward", "--from", from, "--to", to, ...ids, "--log-level", "debug", ...more];
  const program = startFacepipe(t, args);
  await program.event("forwarding");
  return program;
}

async function storeAt(t: TestContext, url: string, ...more: string[]): Promise<Program> {
  const program = startFacepipe(t, ["store", "--broker", url, "--to", emptyFolder(t), ...more]);
  await program.event("storing");
  return program;
}

const listen = (t: TestContext, url: string) => Subscriber.at(t, url, "facepipe/stored/#");

function namesOf(heard: Subscriber): string[] {
  return heard.received.flatMap(({ topic, payload }) => {
    const receipt = parseReceipt(payload as Buffer);
    const place = topic.slice("facepipe/stored/".length);
    const ranges = [...(receipt?.stored ?? []), ...(receipt?.repeated ?? [])];
    const seqs = ranges.flatMap(([first, last]) =>
      Array.from({ length: last - first + 1 }, (_, n) => first + n),
    );
    return receipt?.ended ? [`${place} ended`] : seqs.map((seq) => `${place} ${seq}`);
  });
}

/** Resolves when receipts name exactly these, each at least once. */
async function untilNamed(heard: Subscriber, expected: readonly string[]): Promise<void> {
  for (let count = 1; new Set(namesOf(heard)).size < expected.length; count++) await heard.until(count);
  assert.deepEqual([...new Set(namesOf(heard))].sort(), [...expected].sort());
}

const old = ["--from-protocol", "3.1.1", "--to-protocol", "3.1.1"];
for (const [version, options] of [
  ["5", []],
  ["3.1.1", old],
] as const) {
  test(`receipts and epoch records pass two forwards in a row, MQTT ${version}`, { skip }, async (t) => {
    const [edge, middle, cloud] = (await brokers(t, 3)) as [Mosquitto, Mosquitto, Mosquitto];
    const heard = await listen(t, edge.url);
    const store = await storeAt(t, cloud.url, "--topic", "+/+/faces/#");
    const second = await forwarder(
      ...([t, middle.url, cloud.url, "--topic", "+/faces/#", "--remote-topic", "region/{topic}"] as const),
      ...options,
    );
    const first = await forwarder(t, edge.url, middle.url, "--remote-topic", "site-a/{topic}", ...options);
    const epoch = newEpoch();
    const record = { v: 1 as const, camera: "cam0", epoch, first: 1, last: 3, dropped: [], endedAt: "now" };
    await publishAll(await clientAt(t, edge.url), [
      ...facesOf("cam0", epoch, [1, 2, 3]).map((face) => ["faces/cam0", face] as const),
      [epochTopic("cam0"), encodeEpochRecord(record)],
    ]);
    const names = [1, 2, 3].map((seq) => `faces/cam0 ${seq}`);
    await untilNamed(heard, [...names, "facepipe/epochs/cam0 ended"]);
    for (const program of [first, second, store])
      assert.deepEqual(await program.stop(), { code: 0, signal: null });
  });

  test(`forwards that point at each other circle no receipt and no face, MQTT ${version}`, {
    skip,
  }, async (t) => {
    const [edge, cloud] = (await brokers(t, 2)) as [Mosquitto, Mosquitto];
    const heard = await Promise.all([edge, cloud].map(({ url }) => Subscriber.at(t, url, "#")));
    await storeAt(t, cloud.url);
    const programs = [
      await forwarder(t, edge.url, cloud.url, "--topic", "#", ...options),
      await forwarder(t, cloud.url, edge.url, "--topic", "#", ...options),
    ];
    await publishAll(await clientAt(t, edge.url), [
      ["faces/cam0", facesOf("cam0", newEpoch(), [1])[0] ?? ""],
    ]);
    const isReceipt = ({ topic }: { topic: string }) => topic.startsWith("facepipe/stored/");
    for (let count = 1; !heard[0]?.received.some(isReceipt); count++) await heard[0]?.until(count);
    // SIGTERM finishes what is in flight; there is nothing after that.
    for (const program of programs) assert.deepEqual(await program.stop(), { code: 0, signal: null });
    for (const { received } of heard) {
      const topics = received.map(({ topic }) => topic).filter((topic) => /faces/.test(topic));
      // Over 3.1.1 one copy more, and the receipt that says so.
      assert.ok(topics.length <= (version === "5" ? 2 : 8), topics.join());
      const below = received.filter(({ topic }) => /facepipe\/stored\/facepipe/.test(topic));
      assert.deepEqual(below, []);
    }
  });
}

test("several sites at one cloud broker have their own receipts alone", { skip }, async (t) => {
  const [siteA, siteB, cloud] = (await brokers(t, 3)) as [Mosquitto, Mosquitto, Mosquitto];
  await storeAt(t, cloud.url, "--topic", "+/faces/#");
  const heard: Subscriber[] = [];
  for (const [broker, name] of [
    [siteA, "site-a"],
    [siteB, "site-b"],
  ] as const) {
    heard.push(await listen(t, broker.url));
    // A template for which the filter at the target matches those of the others, too.
    const template = name === "site-a" ? "site-a/{topic}" : "site-b/{topic}/camera";
    await forwarder(t, broker.url, cloud.url, "--remote-topic", template);
  }
  for (const [broker, seqs] of [
    [siteA, [1, 2]],
    [siteB, [7, 8]],
  ] as const) {
    const faces = facesOf("cam0", newEpoch(), seqs);
    await publishAll(
      await clientAt(t, broker.url),
      faces.map((face) => ["faces/cam0", face] as const),
    );
  }
  await untilNamed(heard[0] as Subscriber, ["faces/cam0 1", "faces/cam0 2"]);
  await untilNamed(heard[1] as Subscriber, ["faces/cam0 7", "faces/cam0 8"]);
});

test("a face that is too large for the target is refused at the source", { skip }, async (t) => {
  const [edge] = (await brokers(t, 1)) as [Mosquitto];
  const [cloud] = (await brokers(t, 1, { lines: ["max_packet_size 300"] })) as [Mosquitto];
  const heard = await listen(t, edge.url);
  const program = await forwarder(t, edge.url, cloud.url);
  const epoch = newEpoch();
  const face = facesOf("cam0", epoch, [4])[0] as Buffer;
  assert.ok(face.length > 300);
  await publishAll(await clientAt(t, edge.url), [
    ["faces/other", "x".repeat(600)],
    ["faces/cam0", face],
  ]);
  await heard.until(1);
  const [message] = heard.received;
  assert.equal(message?.topic, "facepipe/stored/faces/cam0");
  const refused = [{ seq: 4, reason: "too_large" }];
  const expected = { v: 1, camera: "cam0", epoch, stored: [], repeated: [], refused, ended: undefined };
  assert.deepEqual(parseReceipt(message?.payload as Buffer), expected);
  const lines = await program.eventTimes("message_dropped", 2, { reason: "too_large" });
  assert.match(lines[1]?.msg ?? "", new RegExp(`faces/cam0 with ${face.length} bytes .*too_large`));
  assert.equal(heard.received.length, 1);
});

test("brokers that forbid receipts and epoch records are named, and faces are forwarded", {
  skip,
}, async (t) => {
  const source = await startForbiddingBroker(t, /^facepipe\/(stored|epochs)/);
  const target = await startForbiddingBroker(t, /^facepipe\/stored\/faces/);
  const heard = await Subscriber.at(t, target, "faces/#", { protocolVersion: 4 });
  const program = await forwarder(t, source, target);
  await program.event("broker_feature_missing", { level: "warn", msg: /no receipts return.*refused/ });
  await program.event("broker_feature_missing", { level: "warn", msg: /records of ended epochs .*refused/ });
  const client = await clientAt(t, source, { protocolVersion: 4 });
  const epoch = newEpoch();
  await publishAll(
    client,
    facesOf("cam0", epoch, [1]).map((face) => ["faces/cam0", face] as const),
  );
  await heard.until(1);
  // The receipt of a record passes the target, and the source ends the connection at it.
  const from = program.log.length;
  const cloud = await clientAt(t, target, { protocolVersion: 4 });
  const receipt = JSON.stringify({ v: 1, camera: "cam0", epoch, stored: [], ended: true });
  await publishAll(cloud, [["facepipe/stored/facepipe/epochs/cam0", receipt]]);
  await program.event("connection_lost", {}, from);
  await publishAll(
    client,
    facesOf("cam0", epoch, [2, 3]).map((face) => ["faces/cam0", face] as const),
  );
  await heard.until(3);
});

test("a template without {topic} cannot be reversed, which is said", { skip }, async (t) => {
  const [edge, cloud] = (await brokers(t, 2)) as [Mosquitto, Mosquitto];
  const program = await forwarder(t, edge.url, cloud.url, "--remote-topic", "all");
  await program.event("broker_feature_missing", { level: "warn", msg: /--remote-topic has no \{topic\}/ });
});
