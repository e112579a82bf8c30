import assert from "node:assert/strict";
import { test } from "node:test";
import { newCloud } from "./cloud.ts";

test("up.sh creates everything, and changes nothing when run again", async (t) => {
  const cloud = await newCloud(t);
  const first = await cloud.up();
  assert.deepEqual([first.code, first.err], [0, ""]);
  assert.match(first.out, /^done: 16 changes$/m);
  assert.match(first.out, /--to s3:\/\/faces-of-pipeline\/site-a, with AWS_REGION=eu-central-1/);
  const made = structuredClone(cloud.state);
  const changes = cloud.changes.length;

  const second = await cloud.up();
  assert.deepEqual([second.code, second.err], [0, ""]);
  assert.match(second.out, /^nothing to change/);
  assert.equal(cloud.changes.length, changes);
  assert.deepEqual(cloud.state, made);
});

test("what up.sh creates is locked down: private bucket, one port, IMDSv2, an encrypted disk", async (t) => {
  const cloud = await newCloud(t);
  await cloud.up({ K3S_SHA256: "a".repeat(64) });
  const { bucket, group, machine, address } = cloud.state;
  assert.deepEqual(bucket.block, [true, true, true, true]);
  assert.equal(bucket.encryption, "AES256");
  assert.deepEqual(
    JSON.parse(bucket.policy).Statement.map((each: { Effect: string }) => each.Effect),
    ["Deny"],
  );
  assert.deepEqual(Object.values(group.rules), [
    { port: "30883", range: "203.0.113.7/32" },
    { port: "30883", range: "2001:db8::/48" },
  ]);
  assert.deepEqual([machine.tokens, machine.hops], ["required", "2"]);
  assert.match(machine.disk, /VolumeType=gp3,Encrypted=true/);
  assert.match(
    machine.userData,
    /^#!\/bin\/sh\nREGION=eu-central-1\nVERSION=v1\.[\d.]+\+k3s1\nSHA256=a{64}\n/,
  );
  assert.equal(address.holder, "i-0123456789abcdef0");
});

test("a dry run shows the commands and changes nothing", async (t) => {
  const cloud = await newCloud(t);
  const { code, out } = await cloud.up({}, "--dry-run");
  assert.equal(code, 0);
  assert.deepEqual(cloud.changes, []);
  assert.deepEqual(cloud.state, {});
  const shown = [...out.matchAll(/^ {2}aws (\S+ \S+)/gm)].map(([, command]) => command);
  await cloud.up();
  // run-instances is repeated: the new profile is not consistent at once.
  assert.deepEqual(
    shown,
    cloud.changes.filter((each, index, all) => each !== all[index - 1] || !/run-/.test(each)),
  );
});

test("a changed setting changes what depends on it, and no more", async (t) => {
  const cloud = await newCloud(t);
  await cloud.up();
  const before = cloud.changes.length;
  await cloud.up({ ALLOW_FROM: "2001:db8::/48 198.51.100.0/24", EXPIRE_DAYS: "0", PUBLIC: "yes" });
  assert.deepEqual(cloud.changes.slice(before), [
    "s3api put-public-access-block",
    "s3api put-bucket-lifecycle-configuration",
    "s3api put-bucket-policy",
    "iam put-role-policy",
    "ec2 authorize-security-group-ingress",
    "ec2 revoke-security-group-ingress",
  ]);
  const { bucket, group } = cloud.state;
  assert.deepEqual(bucket.block, [true, true, false, false]);
  assert.deepEqual(
    Object.values(group.rules).map((rule) => (rule as { range: string }).range),
    ["2001:db8::/48", "198.51.100.0/24"],
  );
  const { out } = await cloud.up({
    ALLOW_FROM: "2001:db8::/48 198.51.100.0/24",
    EXPIRE_DAYS: "0",
    PUBLIC: "yes",
  });
  assert.match(out, /^nothing to change/);
});

test("manual changes are reverted", async (t) => {
  const cloud = await newCloud(t);
  await cloud.up();
  const { bucket, machine, ...others } = cloud.state;
  const before = cloud.changes.length;
  cloud.state = {
    ...others,
    bucket: { ...bucket, versioning: "Enabled", block: undefined, policy: undefined },
    machine: { ...machine, tokens: "optional" },
  };
  await cloud.up();
  assert.deepEqual(cloud.changes.slice(before), [
    "s3api put-public-access-block",
    "s3api put-bucket-versioning",
    "s3api put-bucket-policy",
    "ec2 modify-instance-metadata-options",
  ]);
});

test("an existing bucket keeps the lifecycle rules of others", async (t) => {
  const rule = { ID: "mine", Filter: { Prefix: "logs/" }, Status: "Enabled", Expiration: { Days: 1 } };
  const cloud = await newCloud(t, {
    bucket: { location: "eu-central-1", lifecycle: [rule], encryption: "AES256" },
  });
  const { out } = await cloud.up({}, "bucket");
  assert.deepEqual(
    cloud.state.bucket.lifecycle.map(({ ID }: { ID: string }) => ID),
    ["mine", "facepipe-expire", "facepipe-abort-uploads"],
  );
  assert.match(out, /^done: 3 changes$/m);
  assert.match((await cloud.up({}, "bucket")).out, /^nothing to change/);
});

test("single steps: a bucket alone needs no machine settings", async (t) => {
  const cloud = await newCloud(t);
  const { code } = await cloud.up({ ALLOW_FROM: "" }, "bucket", "role");
  assert.equal(code, 0);
  assert.deepEqual(Object.keys(cloud.state), ["bucket", "role", "profile"]);
});
