import assert from "node:assert/strict";
import { suite, type TestContext, test } from "node:test";
import { faceMessages } from "../../pipeline/faces.ts";
import { objectsInBucket, objectsInFolder, sorted, untilStored } from "../../pipeline/objects.ts";
import { useCeph } from "../../sinks/s3/fixture.ts";
import { cephMissing, newBucketName } from "../../support/ceph.ts";
import { startDelayProxy } from "../../support/delay-proxy.ts";
import type { Program } from "../../support/facepipe.ts";
import { emptyFolder } from "../../support/folder.ts";
import { mosquittoMissing } from "../../support/mosquitto.ts";
import { publishFaces, roomyBroker, storeTo } from "./fixture.ts";

const skip = mosquittoMissing() ?? false;

test("killed while it stores and started again, a store in a folder is complete", { skip }, async (t) => {
  const broker = await roomyBroker(t);
  const folder = emptyFolder(t);
  const faces = faceMessages(1000);
  const first = await storeTo(t, broker, folder);
  const published = publishFaces(t, broker, faces);
  await first.eventTimes("object_written", 100);
  await first.kill();
  assert.ok((await objectsInFolder(folder)).size < faces.length, "it was killed too late to show anything");
  const second = await storeTo(t, broker, folder);
  await published;
  await second.event("object_written", { msg: new RegExp(idOf(faces.at(-1))) });
  assert.deepEqual(await second.stop(), { code: 0, signal: null });
  // A temporary file of the killed store may remain: hidden, under a name that no object has.
  const objects = [...(await objectsInFolder(folder))].filter(([key]) => key.endsWith(".png"));
  assert.deepEqual(sorted(objects.map(([, body]) => body)), sorted(faces));
});

suite("store to S3: failures", { skip: skip || cephMissing() || false }, () => {
  const s3 = useCeph();

  /** Fails unless the bucket has all faces, and only them, each once. */
  async function assertStored(bucket: string, faces: readonly Buffer[]): Promise<void> {
    assert.deepEqual(sorted((await objectsInBucket(s3.admin, bucket)).values()), sorted(faces));
  }

  /** The environment for Ceph behind a proxy that can be broken. */
  async function breakableCeph(t: TestContext) {
    const proxy = await startDelayProxy({ target: Number(new URL(s3.ceph.endpoint).port) });
    t.after(() => proxy.stop());
    return { proxy, env: { ...s3.ceph.env, AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${proxy.port}` } };
  }

  const options = ["--path-style", "--create-bucket"];

  test("killed while it stores and started again, the bucket is complete", async (t) => {
    const broker = await roomyBroker(t);
    const bucket = newBucketName();
    const faces = faceMessages(400);
    const first = await storeTo(t, broker, `s3://${bucket}`, s3.ceph.env, ...options);
    const published = publishFaces(t, broker, faces);
    await first.eventTimes("object_written", 100);
    await first.kill();
    const second = await storeTo(t, broker, `s3://${bucket}`, s3.ceph.env, ...options);
    await published;
    await second.event("object_written", { msg: new RegExp(idOf(faces.at(-1))) });
    assert.deepEqual(await second.stop(), { code: 0, signal: null });
    await assertStored(bucket, faces);
  });

  test("a bucket that refuses connections, hangs and restarts has every object in the end", async (t) => {
    const broker = await roomyBroker(t);
    const { proxy, env } = await breakableCeph(t);
    const bucket = newBucketName();
    const faces = faceMessages(300);
    const program = await storeTo(t, broker, `s3://${bucket}`, env, ...options);
    await publishFaces(t, broker, faces.slice(0, 100));
    await program.eventTimes("object_written", 50);
    await proxy.refuse();
    await publishFaces(t, broker, faces.slice(100, 200));
    await program.event("write_retry", { code: "BUCKET_UNREACHABLE" });
    await s3.ceph.stopGateway();
    await proxy.pass();
    await s3.ceph.startGateway();
    await program.eventTimes("object_written", 200);
    await proxy.blackHole();
    await publishFaces(t, broker, faces.slice(200));
    await proxy.pass();
    await program.eventTimes("object_written", 300);
    assert.deepEqual(await program.stop(), { code: 0, signal: null });
    await assertStored(bucket, faces);
  });

  test("two stores of one group divide the work", async (t) => {
    const broker = await roomyBroker(t);
    const bucket = newBucketName();
    const faces = faceMessages(200);
    const members: Program[] = [];
    for (const id of ["a", "b"]) {
      const more = [...options, "--share", "stores", "--client-id", `store-${id}`];
      members.push(await storeTo(t, broker, `s3://${bucket}`, s3.ceph.env, ...more));
    }
    await publishFaces(t, broker, faces);
    await Promise.all(members.map((member) => member.eventTimes("object_written", 50)));
    await untilStored(faces.length, ...members);
    for (const member of members) assert.deepEqual(await member.stop(), { code: 0, signal: null });
    await assertStored(bucket, faces);
  });
});

/** The id in a face message, which is in its key and so in the log. */
function idOf(message: Buffer | undefined): string {
  return /"id":"([0-9a-f-]{36})"/.exec(message?.toString("latin1") ?? "")?.[1] ?? "";
}
