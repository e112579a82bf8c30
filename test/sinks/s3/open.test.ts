import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { ErrorCode } from "../../../src/base/error-codes.ts";
import type { S3Options } from "../../../src/sinks/s3/s3-sink.ts";
import { cephMissing, newBucketName } from "../../support/ceph.ts";
import { never } from "../objects.ts";
import { setEnvironment } from "./environment.ts";
import { useCeph } from "./fixture.ts";

suite("S3: open", { skip: cephMissing() ?? false }, () => {
  const s3 = useCeph();

  const openings: readonly {
    name: string;
    env?: Record<string, string | undefined>;
    options?: Partial<S3Options>;
    code: ErrorCode;
    exitCode: number;
    message: RegExp;
    remedy: RegExp;
  }[] = [
    {
      name: "no such bucket",
      code: "BUCKET_NOT_FOUND",
      exitCode: 1,
      message: /NoSuchBucket/,
      remedy: /--create-bucket/,
    },
    {
      name: "wrong secret",
      env: { AWS_SECRET_ACCESS_KEY: "wrong-secret" },
      code: "BUCKET_LOGIN_REFUSED",
      exitCode: 1,
      message: /the secret key is wrong \(SignatureDoesNotMatch\)/,
      remedy: /AWS_SECRET_ACCESS_KEY/,
    },
    {
      name: "unknown access key",
      env: { AWS_ACCESS_KEY_ID: "UNKNOWN" },
      code: "BUCKET_LOGIN_REFUSED",
      exitCode: 1,
      message: /the access key is unknown \(InvalidAccessKeyId\)/,
      remedy: /AWS_ACCESS_KEY_ID/,
    },
    {
      name: "no credentials",
      env: { AWS_ACCESS_KEY_ID: undefined },
      code: "BUCKET_NO_CREDENTIALS",
      exitCode: 1,
      message: /there are no credentials/,
      remedy: /AWS_ACCESS_KEY_ID/,
    },
    {
      name: "no listener",
      options: { endpoint: "http://127.0.0.1:1" },
      code: "BUCKET_UNREACHABLE",
      exitCode: 2,
      message: /ECONNREFUSED 127\.0\.0\.1:1/,
      remedy: /--endpoint/,
    },
    {
      name: "unknown host name",
      options: { endpoint: "http://s3.invalid" },
      code: "BUCKET_UNREACHABLE",
      exitCode: 2,
      message: /s3\.invalid/,
      remedy: /--endpoint/,
    },
    {
      name: "invalid URL",
      options: { endpoint: "minio" },
      code: "BUCKET_URL_INVALID",
      exitCode: 1,
      message: /the endpoint is not a valid URL/,
      remedy: /--endpoint/,
    },
  ];

  for (const { name, env = {}, options = {}, ...expected } of openings) {
    test(`open rejects with one sentence: ${name}`, async (t) => {
      s3.login(t, env);
      const sink = s3.newSink(t, newBucketName(), options);
      await assert.rejects(sink.open(never), { name: "UserError", ...expected });
    });
  }

  test("open is refused to a login without permission", async (t) => {
    const { bucket } = await s3.openSink(t);
    setEnvironment(t, (await s3.ceph.createUser()).env);
    const denied = { name: "UserError", code: "BUCKET_FORBIDDEN", exitCode: 1, message: /AccessDenied/ };
    await assert.rejects(s3.newSink(t, bucket).open(never), { ...denied, remedy: /s3:PutObject/ });
  });

  test("a bucket of another owner cannot be created", async (t) => {
    const { bucket } = await s3.openSink(t);
    setEnvironment(t, (await s3.ceph.createUser()).env);
    const sink = s3.newSink(t, bucket, { createBucket: true });
    await assert.rejects(sink.open(never), { exitCode: 1, message: /AccessDenied|BucketAlreadyExists/ });
  });
});
