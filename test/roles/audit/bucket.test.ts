import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { newEpoch } from "../../../src/face/face-id.ts";
import { useCeph } from "../../sinks/s3/fixture.ts";
import { cephMissing, newBucketName } from "../../support/ceph.ts";
import { facepipe } from "../../support/facepipe.ts";
import { freePort } from "../../support/ports.ts";
import { facesOf, numbers, recordOf } from "./store.ts";

suite("audit of a bucket", { skip: cephMissing() ?? false }, () => {
  const s3 = useCeph();

  test("more than one page, records, and keys that XML must escape", async (t) => {
    const { bucket } = await s3.openSink(t);
    const [one, two] = [newEpoch(), newEpoch()];
    const camera = "Türe & 門";
    const dropped = [{ reason: "spool_full", ranges: [[600, 600]] as const }];
    const template = "a+b &<%>/{camera}/{id}.{ext}";
    const objects = [
      ...facesOf(one, numbers([1, 599], [601, 1100]), { template }),
      ...recordOf(one, 1100, { dropped }),
      ...facesOf(two, [1, 3], { camera, template }),
    ];
    const put = ([key, Body]: readonly [string, Buffer]) =>
      s3.admin.send(new PutObjectCommand({ Bucket: bucket, Key: `site a/${key}`, Body }));
    while (objects.length > 0) await Promise.all(objects.splice(0, 50).map(put));
    const args = [
      "audit",
      "--from",
      `s3://${bucket}/site a`,
      "--path-style",
      "--object-key",
      template,
      "--json",
    ];
    const { code, stdout } = await facepipe(t, args, { env: s3.ceph.env });
    const { epochs, ...totals } = JSON.parse(stdout);
    assert.deepEqual(totals, { complete: false, missing: 1, doubled: 0, rejected: 0, foreign: 0 });
    assert.equal(code, 1);
    const [first, second] = epochs;
    assert.deepEqual([first.camera, first.stored, first.dropped], ["Türe_門", 2, []]);
    assert.deepEqual(first.missing, [[2, 2]]);
    assert.deepEqual([second.camera, second.stored, second.dropped], ["cam0", 1099, dropped]);
  });

  test("a missing bucket, a wrong secret, no permission and an absent service, each with what to do", async (t) => {
    const { bucket } = await s3.openSink(t);
    const { env } = s3.ceph;
    const cases = [
      [newBucketName(), env, 1, /there is no such bucket \(NoSuchBucket\)\. Check its name, and --endpoint$/],
      [bucket, { ...env, AWS_SECRET_ACCESS_KEY: "wrong" }, 1, /AWS_SECRET_ACCESS_KEY/],
      [bucket, (await s3.ceph.createUser()).env, 1, /\(AccessDenied\)\. Allow this login s3:ListBucket/],
      [
        bucket,
        { ...env, AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${await freePort()}` },
        2,
        /cannot reach the bucket/,
      ],
    ] as const;
    await Promise.all(
      cases.map(async ([name, environment, exitCode, sentence]) => {
        const args = ["audit", "--from", `s3://${name}`, "--path-style"];
        const { code, stdout, stderr } = await facepipe(t, args, { env: environment });
        assert.deepEqual([code, stdout], [exitCode, ""], stderr);
        assert.match(stderr.trim(), sentence);
        assert.doesNotMatch(stderr, /\n\s+at /);
      }),
    );
  });
});
