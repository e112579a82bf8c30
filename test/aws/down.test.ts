import assert from "node:assert/strict";
import { test } from "node:test";
import { newCloud } from "./cloud.ts";

test("down.sh deletes what up.sh created in the order that AWS requires, and keeps the bucket", async (t) => {
  const cloud = await newCloud(t);
  await cloud.up();
  const before = cloud.changes.length;
  const { code, err, out } = await cloud.down({}, "--yes");
  assert.deepEqual([code, err], [0, ""]);
  assert.deepEqual(cloud.changes.slice(before), [
    "ec2 terminate-instances",
    "ec2 release-address",
    "ec2 delete-security-group",
    "iam remove-role-from-instance-profile",
    "iam delete-instance-profile",
    "iam delete-role-policy",
    "iam delete-role",
  ]);
  assert.match(out, /the bucket faces-of-pipeline and its faces were kept/);
  const { bucket, machine, ...others } = cloud.state;
  assert.deepEqual([bucket.tags, machine.state], [{ facepipe: "pipeline" }, "terminated"]);
  assert.deepEqual(Object.keys(others), ["lastRule"]);

  const again = cloud.changes.length;
  assert.match((await cloud.down({}, "--yes")).out, /^nothing to delete/);
  assert.equal(cloud.changes.length, again);
});

test("down.sh --with-bucket empties and deletes the bucket, if up.sh created it", async (t) => {
  const cloud = await newCloud(t);
  await cloud.up({}, "bucket");
  cloud.state = { bucket: { ...cloud.state.bucket, objects: 2 } };
  await cloud.down({}, "--yes", "--with-bucket");
  assert.equal(cloud.state.bucket, undefined);

  const old = await newCloud(t, { bucket: { location: "eu-central-1", objects: 2 } });
  const { code, err } = await old.down({}, "--yes", "--with-bucket");
  assert.match(err, /was not created by up\.sh.*so it is not deleted/);
  assert.equal(code, 1);
  assert.equal(old.state.bucket.objects, 2);
});

test("down.sh deletes nothing without confirmation, nor in a dry run", async (t) => {
  const cloud = await newCloud(t);
  await cloud.up();
  const before = cloud.changes.length;
  const unconfirmed = await cloud.down();
  assert.equal(unconfirmed.code, 3);
  assert.match(unconfirmed.err, /Add --yes/);
  const dry = await cloud.down({}, "--dry-run", "--with-bucket");
  assert.equal(dry.code, 0);
  assert.match(dry.out, /aws s3api delete-bucket --bucket faces-of-pipeline/);
  assert.equal(cloud.changes.length, before);
});
