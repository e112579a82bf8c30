import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { suite, test } from "node:test";
import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { cephMissing } from "../../support/ceph.ts";
import { never, object } from "../objects.ts";
import { useCeph } from "./fixture.ts";

suite("S3: put", { skip: cephMissing() ?? false }, () => {
  const s3 = useCeph();

  test("an object has its Content-Type and the S3 URI that the sink reports", async (t) => {
    const { sink, bucket } = await s3.openSink(t);
    const key = "cam0/2026/é +%?#.png";
    assert.equal(await sink.put(object(key, "one"), never), "stored");
    const stored = await s3.admin.send(new GetObjectCommand({ Bucket: bucket, Key: `site-a/${key}` }));
    assert.equal(await stored.Body?.transformToString(), "one");
    assert.equal(stored.ContentType, "image/png");
    assert.equal(sink.locate(key), `s3://${bucket}/site-a/${key}`);
  });

  test("opening leaves nothing in the bucket", async (t) => {
    const { sink, bucket } = await s3.openSink(t);
    await sink.open(never);
    const { KeyCount } = await s3.admin.send(new ListObjectsV2Command({ Bucket: bucket }));
    assert.equal(KeyCount, 0);
  });

  test("500 objects, 64 at a time, all arrive", async (t) => {
    const { sink, bucket } = await s3.openSink(t);
    const body = randomBytes(10_000);
    let next = 0;
    const worker = async () => {
      for (let index = next++; index < 500; index = next++) {
        assert.equal(await sink.put(object(`${index}.png`, body), never), "stored");
      }
    };
    await Promise.all(Array.from({ length: 64 }, worker));
    const { KeyCount } = await s3.admin.send(new ListObjectsV2Command({ Bucket: bucket }));
    assert.equal(KeyCount, 500);
  });

  test("metadata of any characters can be decoded again", async (t) => {
    const { sink, bucket } = await s3.openSink(t);
    const metadata = {
      camera: "Tür 門 🙂",
      "Captured-At": "2026-11-21T14:03:22.123Z",
      topic: " 100% a  b\r\nx: y ",
      score: "0.94",
    };
    await sink.put({ ...object("a"), metadata }, never);
    const { Metadata = {} } = await s3.admin.send(new HeadObjectCommand({ Bucket: bucket, Key: "site-a/a" }));
    const { camera = "", topic = "", ...plain } = Metadata;
    assert.deepEqual(plain, { "captured-at": metadata["Captured-At"], score: "0.94" });
    assert.equal(decodeURIComponent(camera), metadata.camera);
    assert.equal(decodeURIComponent(topic), metadata.topic);
  });
});
