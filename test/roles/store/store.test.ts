import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { suite, test } from "node:test";
import { pathToFileURL } from "node:url";
import { queueSizeTopic } from "../../../src/mqtt/broker-queue-size.ts";
import { clientAt } from "../../pipeline/client.ts";
import { faceMessages, smallPng } from "../../pipeline/faces.ts";
import { objectsInBucket, objectsInFolder, sorted } from "../../pipeline/objects.ts";
import { useCeph } from "../../sinks/s3/fixture.ts";
import { cephMissing, newBucketName } from "../../support/ceph.ts";
import { facepipe } from "../../support/facepipe.ts";
import { emptyFolder } from "../../support/folder.ts";
import { mosquittoMissing, startMosquitto } from "../../support/mosquitto.ts";
import { freePort } from "../../support/ports.ts";
import { publishFaces, roomyBroker, storeTo } from "./fixture.ts";

const skip = mosquittoMissing() ?? false;

test("every message becomes one object, whatever it is; a repeat becomes no other", { skip }, async (t) => {
  const broker = await roomyBroker(t);
  const folder = emptyFolder(t);
  const program = await storeTo(t, broker, pathToFileURL(folder).href);
  const faces = faceMessages(5);
  const foreign = smallPng(7);
  const garbage = ["no picture", "", foreign.subarray(0, 30)];
  await publishFaces(t, broker, [...faces, foreign, ...garbage, ...faces, foreign, ...garbage]);
  // Five faces, one foreign picture, three rejected with a reason each; all twice.
  await program.eventTimes("object_written", 2 * (5 + 1 + 3 * 2));
  const objects = await objectsInFolder(folder);
  const below = (place: RegExp) => [...objects].filter(([key]) => place.test(key)).map(([, body]) => body);
  assert.deepEqual(sorted(below(/^cam0\/2026\/11\/21\/140322\.123-[0-9a-f-]{36}\.png$/)), sorted(faces));
  assert.deepEqual(sorted(below(/^foreign\/cam0\/[0-9a-f]{32}\.png$/)), sorted([foreign]));
  assert.deepEqual(
    sorted(below(/^rejected\/[0-9a-f]{32}\.bin$/)),
    sorted(garbage.map((each) => Buffer.from(each))),
  );
  const reasons = below(/^rejected\/[0-9a-f]{32}\.json$/).map((each) => JSON.parse(each.toString()));
  assert.equal(reasons.length, 3);
  for (const { topic, reason } of reasons) assert.ok(topic === "faces/cam0" && reason);
  assert.equal(objects.size, 5 + 1 + 3 * 2);
  assert.deepEqual(await program.stop(), { code: 0, signal: null });
});

test("--object-key is the template of keys, --key the private key of --cert", { skip }, async (t) => {
  const broker = await startMosquitto({ tls: { mutual: true } });
  t.after(() => broker.stop());
  const files = broker.certificates;
  assert.ok(files);
  const login = ["--ca", files.ca, "--cert", files.client.cert];
  for (const [more, key] of [
    [["--key", files.client.key], /^cam0\/2026\//],
    [["--key", files.client.key, "--object-key", "mine/{seq}-{id}.{ext}"], /^mine\/000000001-/],
  ] as const) {
    const folder = emptyFolder(t);
    const program = await storeTo(t, broker, folder, {}, ...login, ...more);
    const tls = { ca: await readFile(files.ca), cert: await readFile(files.client.cert) };
    const client = await clientAt(t, broker.url, { ...tls, key: await readFile(files.client.key) });
    await client.publishAsync("faces/cam0", faceMessages(1)[0] as Buffer, { qos: 1 });
    await program.eventTimes("object_written", 1);
    assert.match([...(await objectsInFolder(folder)).keys()].join(), key);
    await program.stop();
  }
  const wrong = await facepipe(t, ["store", "--to", "./x", "--object-key", "no-such-file"]);
  assert.equal(wrong.code, 3);
  assert.match(wrong.stderr, /--object-key "no-such-file": must contain \{id\}/);
});

suite("store to S3", { skip: skip || cephMissing() || false }, () => {
  const s3 = useCeph();

  test("--create-bucket makes the bucket, --public lets anyone read at the URL in the log", async (t) => {
    const broker = await roomyBroker(t);
    const bucket = newBucketName();
    const options = ["--path-style", "--create-bucket", "--public"];
    const program = await storeTo(t, broker, `s3://${bucket}/site a`, s3.ceph.env, ...options);
    const faces = faceMessages(3);
    await publishFaces(t, broker, faces);
    await program.eventTimes("object_written", 3);
    const urls = program.events("object_written").map(({ msg }) => msg);
    const read = await Promise.all(
      urls.map(async (url) => Buffer.from(await (await fetch(url)).arrayBuffer())),
    );
    assert.deepEqual(sorted(read), sorted(faces));
    const objects = await objectsInBucket(s3.admin, bucket);
    assert.deepEqual(sorted(objects.values()), sorted(faces));
    for (const key of objects.keys()) assert.match(key, /^site a\/cam0\//);
  });

  test("a missing bucket, a wrong secret and an absent service end it, each with its exit code", async (t) => {
    const broker = await roomyBroker(t);
    const run = (env: Record<string, string>) => {
      const args = ["store", "--broker", broker.url, "--path-style", "--connect-timeout", "1"];
      return facepipe(t, [...args, "--to", `s3://${newBucketName()}`], { env });
    };
    const { env } = s3.ceph;
    const [missing, badSecret, absent] = await Promise.all([
      run(env),
      run({ ...env, AWS_SECRET_ACCESS_KEY: "wrong" }),
      run({ ...env, AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${await freePort()}` }),
    ]);
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /facepipe: .*bucket.*--create-bucket/);
    assert.equal(badSecret.code, 1);
    assert.match(badSecret.stderr, /facepipe: .*AWS_SECRET_ACCESS_KEY/);
    assert.equal(absent.code, 2);
    assert.match(absent.stderr, /facepipe: cannot reach the bucket/);
    for (const { stderr } of [missing, badSecret, absent]) assert.doesNotMatch(stderr, /\n\s+at /);
  });
});

test("--broker-queue: the metrics show how many messages the broker holds, and its own topic is not stored", {
  skip,
}, async (t) => {
  const broker = await startMosquitto({ maxQueued: 0, lines: ["sys_interval 1"] });
  t.after(() => broker.stop());
  const [folder, port] = [emptyFolder(t), await freePort()];
  const http = ["--http", `127.0.0.1:${port}`];
  const program = await storeTo(t, broker, folder, {}, "--broker-queue", ...http);
  const absent = await clientAt(t, broker.url, {
    clientId: "absent",
    clean: false,
    properties: { sessionExpiryInterval: 60 },
  });
  await absent.subscribeAsync("faces/#", { qos: 1 });
  await absent.endAsync();
  await publishFaces(t, broker, faceMessages(40));
  const held = async () => {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    return Number(/^facepipe_broker_queued_messages (\d+)$/m.exec(text)?.[1]);
  };
  const watcher = await clientAt(t, broker.url);
  await watcher.subscribeAsync(queueSizeTopic);
  while ((await held()) < 40) await new Promise((resolve) => watcher.once("message", resolve));
  await program.eventTimes("object_written", 40);
  assert.equal((await objectsInFolder(folder)).size, 40);
  assert.deepEqual(await program.stop(), { code: 0, signal: null });
  // The session still has the subscription to the broker's own topic.
  const plain = await storeTo(t, broker, folder, {});
  await new Promise((resolve) => watcher.once("message", resolve));
  await publishFaces(t, broker, [smallPng(1)]);
  await plain.event("object_written", { result: "stored" });
  assert.equal((await objectsInFolder(folder)).size, 41);
  await plain.stop();
});
