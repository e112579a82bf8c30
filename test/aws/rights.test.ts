import assert from "node:assert/strict";
import { suite, type TestContext, test } from "node:test";
import { PutBucketPolicyCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { faceMessages } from "../pipeline/faces.ts";
import { publishFaces, roomyBroker, storeTo } from "../roles/store/fixture.ts";
import { never, object } from "../sinks/objects.ts";
import { setEnvironment } from "../sinks/s3/environment.ts";
import { useCeph } from "../sinks/s3/fixture.ts";
import { cephMissing, type S3User } from "../support/ceph.ts";
import { facepipe } from "../support/facepipe.ts";
import { mosquittoMissing } from "../support/mosquitto.ts";
import type { Any } from "./cloud/call.ts";
import { newCloud } from "./cloud.ts";

const skip = cephMissing() ?? mosquittoMissing() ?? false;

suite("the permissions of the role that up.sh creates for store", { skip }, () => {
  const s3 = useCeph();

  /** The S3 statements of the role, with or without public reads. */
  async function roleStatements(t: TestContext, bucket: string, isPublic: "yes" | "no"): Promise<Any[]> {
    const cloud = await newCloud(t);
    const { code } = await cloud.up({ BUCKET: bucket, PUBLIC: isPublic }, "role");
    assert.equal(code, 0);
    return cloud.state.role.policy.Statement.filter(({ Action }: Any) => /^s3:/.test(Action));
  }

  /** A bucket, and a user with the role's permissions in the bucket's policy, except for the action `without`. */
  async function userWith(
    t: TestContext,
    isPublic: "yes" | "no",
    without?: string,
  ): Promise<{ user: S3User; bucket: string }> {
    const { bucket } = await s3.openSink(t);
    const user = await s3.ceph.createUser();
    const statements = (await roleStatements(t, bucket, isPublic))
      .filter(({ Action }) => Action !== without)
      // Ceph does not support the condition key s3:if-none-match.
      .map(({ Condition: _, ...statement }) => ({
        ...statement,
        Principal: { AWS: [`arn:aws:iam:::user/${user.accessKey}`] },
      }));
    const open = {
      Sid: "FacepipePublicRead",
      Effect: "Allow",
      Principal: "*",
      Action: "s3:GetObject",
      Resource: `arn:aws:s3:::${bucket}/site-a/*`,
    };
    const Statement = [...statements, ...(isPublic === "yes" ? [open] : [])];
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
    await s3.admin.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
    return { user, bucket };
  }

  for (const isPublic of ["no", "yes"] as const) {
    test(`store works with them (public: ${isPublic}), repeats included`, async (t) => {
      const { user, bucket } = await userWith(t, isPublic);
      const broker = await roomyBroker(t);
      const more = ["--path-style", ...(isPublic === "yes" ? ["--public"] : [])];
      const program = await storeTo(t, broker, `s3://${bucket}/site-a`, user.env, ...more);
      const faces = faceMessages(3);
      await publishFaces(t, broker, [...faces, ...faces]);
      await program.eventTimes("object_written", 6);
      assert.equal(program.events("object_written", { result: "stored" }).length, 3);
      assert.deepEqual(await program.stop(), { code: 0, signal: null });
    });
  }

  for (const [isPublic, action, message] of [
    ["no", "s3:PutObject", /the login has no permission.*s3:PutObject/],
    ["yes", "s3:GetBucketPolicy", /readable by anyone: the login has no permission.*s3:GetBucketPolicy/],
  ] as const) {
    test(`store is refused without ${action}`, async (t) => {
      const { user, bucket } = await userWith(t, isPublic, action);
      const broker = await roomyBroker(t);
      const to = ["--to", `s3://${bucket}/site-a`, "--path-style"];
      const more = isPublic === "yes" ? ["--public"] : [];
      const args = ["store", "--broker", broker.url, ...to, ...more];
      const { code, stderr } = await facepipe(t, args, { env: user.env });
      assert.equal(code, 1);
      assert.match(stderr, message);
    });
  }

  test("a different object under the same key is a conflict with s3:GetObject, and only exists without it", async (t) => {
    for (const [without, result] of [
      ["s3:GetObject", "exists"],
      [undefined, "conflict"],
    ] as const) {
      const { user, bucket } = await userWith(t, "no", without);
      setEnvironment(t, user.env);
      const sink = s3.newSink(t, bucket);
      await sink.open(never);
      // Written by the bucket's owner: in Ceph the writer of an object may read it, in AWS that grants nothing.
      await s3.admin.send(new PutObjectCommand({ Bucket: bucket, Key: "site-a/a", Body: "one" }));
      assert.equal(await sink.put(object("a", "two"), never), result);
    }
  });
});
