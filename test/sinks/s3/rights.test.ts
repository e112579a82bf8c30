import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { GetBucketPolicyCommand, PutBucketPolicyCommand } from "@aws-sdk/client-s3";
import { S3Sink } from "../../../src/sinks/s3/s3-sink.ts";
import { cephMissing } from "../../support/ceph.ts";
import { never, object } from "../objects.ts";
import { setEnvironment } from "./environment.ts";
import { useCeph } from "./fixture.ts";

suite("S3: rights", { skip: cephMissing() ?? false }, () => {
  const s3 = useCeph();

  test("objects are private unless --public is set; other statements of the policy stay", async (t) => {
    const { sink, bucket } = await s3.openSink(t);
    await sink.put(object("a b.png", "picture"), never);
    const address = `${s3.ceph.endpoint}/${bucket}/site-a/a%20b.png`;
    assert.equal((await fetch(address)).status, 403);

    const rule = {
      Sid: "Mine",
      Effect: "Allow",
      Principal: "*",
      Action: "s3:GetObject",
      Resource: `arn:aws:s3:::${bucket}/mine/*`,
    };
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: rule });
    await s3.admin.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
    const open = s3.newSink(t, bucket, { public: true });
    await open.open(never);
    assert.equal(open.locate("a b.png"), address);
    const answer = await fetch(address);
    assert.equal(await answer.text(), "picture");
    assert.equal(answer.headers.get("content-type"), "image/png");
    const policy = await s3.admin.send(new GetBucketPolicyCommand({ Bucket: bucket }));
    assert.deepEqual(JSON.parse(policy.Policy ?? "").Statement[0], rule);
    assert.equal((await fetch(`${s3.ceph.endpoint}/${bucket}/other/x`)).status, 403);

    const second = new S3Sink(bucket, "site-b/", {
      pathStyle: true,
      createBucket: false,
      public: true,
      concurrency: 1,
    });
    t.after(() => second.close());
    await second.open(never);
    await second.put(object("b", "picture b"), never);
    assert.equal(await (await fetch(second.locate("b"))).text(), "picture b");
    assert.equal((await fetch(address)).status, 200);
  });

  test("write permission is enough; a key that the login cannot read counts as a repeat", async (t) => {
    const { bucket } = await s3.openSink(t);
    const writer = await s3.ceph.createUser();
    const rule = {
      Effect: "Allow",
      Principal: { AWS: [`arn:aws:iam:::user/${writer.accessKey}`] },
      Action: "s3:PutObject",
      Resource: `arn:aws:s3:::${bucket}/site-a/*`,
    };
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [rule] });
    await s3.admin.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
    setEnvironment(t, writer.env);
    const sink = s3.newSink(t, bucket);
    await sink.open(never);
    assert.equal(await sink.put(object("a", "one"), never), "stored");
    assert.equal(await sink.put(object("a", "one"), never), "exists");
  });
});
