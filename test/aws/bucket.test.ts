import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { delimiter, dirname } from "node:path";
import { suite, type TestContext, test } from "node:test";
import { GetBucketLifecycleConfigurationCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { cleanAws } from "../sinks/s3/environment.ts";
import { useCeph } from "../sinks/s3/fixture.ts";
import { cephMissing, newBucketName } from "../support/ceph.ts";
import { findCommand } from "../support/commands.ts";
import { type Ended, runScript, type Settings } from "./scripts.ts";

// Debian's own, if installed: the first in PATH may be a slow wrapper.
const aws = existsSync("/usr/bin/aws") ? "/usr/bin/aws" : findCommand("aws");
const skip = cephMissing() ?? (aws ? false : "needs the command aws (Debian: awscli)");

/**
 * Without what Debian's Ceph 16 does not support (default encryption), what makes it refuse every object
 * (BlockPublicAcls), and what makes no sense on 127.0.0.1, where there is no TLS.
 */
const cephSettings: Settings = {
  ACCESS_BLOCK: "no",
  REGION: "us-east-1",
  ENCRYPTION: "none",
  TLS_ONLY: "no",
  PREFIX: "site-a",
};

suite("up.sh and down.sh with the real aws and a real S3 service", { skip }, () => {
  const s3 = useCeph();
  const run = (
    t: TestContext,
    script: "up.sh" | "down.sh",
    settings: Settings,
    ...args: (string | Settings)[]
  ) =>
    runScript(
      t,
      script,
      { ...cephSettings, ...settings },
      args.filter((each) => typeof each === "string"),
      {
        ...cleanAws,
        ...s3.ceph.env,
        ...args.find((each) => typeof each === "object"),
        PATH: [dirname(aws as string), process.env["PATH"]].join(delimiter),
      },
    );
  const done = ({ code, err }: Ended) => assert.deepEqual([code, err], [0, ""]);

  test("the bucket is created, found unchanged, changed, and deleted with its objects", async (t) => {
    const BUCKET = newBucketName();
    done(await run(t, "up.sh", { BUCKET }, "bucket"));
    const again = await run(t, "up.sh", { BUCKET }, "bucket");
    done(again);
    assert.match(again.out, /^nothing to change/);

    const Key = "site-a/face.png";
    await s3.admin.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: "picture" }));
    const status = async () => (await fetch(`${s3.ceph.endpoint}/${BUCKET}/${Key}`)).status;
    assert.equal(await status(), 403);
    const open = { BUCKET, PUBLIC: "yes", EXPIRE_DAYS: "7" };
    assert.match((await run(t, "up.sh", open, "bucket")).out, /^done: 2 changes$/m);
    assert.equal(await status(), 200);
    const { Rules } = await s3.admin.send(new GetBucketLifecycleConfigurationCommand({ Bucket: BUCKET }));
    assert.equal(Rules?.find(({ ID }) => ID === "facepipe-expire")?.Expiration?.Days, 7);
    assert.match((await run(t, "up.sh", open, "bucket")).out, /^nothing to change/);

    done(await run(t, "down.sh", { BUCKET }, "--yes", "bucket"));
    const gone = await run(t, "down.sh", { BUCKET }, "--yes", "bucket");
    assert.match(gone.out, /^nothing to delete/);
  });

  test("with TLS_ONLY=yes a bucket refuses plain HTTP", async (t) => {
    const settings = { BUCKET: newBucketName(), PUBLIC: "yes", TLS_ONLY: "yes", ACCESS_BLOCK: "yes" };
    done(await run(t, "up.sh", settings, "bucket"));
    assert.match((await run(t, "up.sh", settings, "bucket")).out, /^nothing to change/);
    const response = await fetch(`${s3.ceph.endpoint}/${settings.BUCKET}/site-a/face.png`);
    assert.equal(response.status, 403);
  });

  test("a bucket of another account is not changed, and a wrong key is an error", async (t) => {
    const BUCKET = newBucketName();
    const { env } = await s3.ceph.createUser();
    done(await run(t, "up.sh", { BUCKET }, "bucket"));
    const other = await run(t, "up.sh", { BUCKET }, env, "bucket");
    assert.match(other.err, /belongs to another account/);
    assert.equal(other.code, 1);
    const wrong = await run(t, "up.sh", { BUCKET }, { AWS_SECRET_ACCESS_KEY: "wrong" }, "bucket");
    assert.equal(wrong.code, 1);
  });
});
