import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { findCommand } from "../support/commands.ts";
import type { Any } from "./cloud/call.ts";
import { newCloud } from "./cloud.ts";
import { folder, type Settings } from "./scripts.ts";
import { Resolver, readTemplate } from "./template.ts";

const template = readTemplate();
const key = "arn:aws:kms:eu-central-1:123456789012:key/1234-5678";

/** The stack with the same settings as the scripts' tests. */
function stack(parameters: Settings = {}): Resolver {
  return new Resolver(template, {
    BucketName: "faces-of-pipeline",
    AllowFrom: "203.0.113.7/32",
    Network: "vpc-1",
    Subnet: "subnet-1",
    Image: "ami-1",
    Bucket: "faces-of-pipeline",
    "<Bucket.Arn>": "arn:aws:s3:::faces-of-pipeline",
    "AWS::Region": "eu-central-1",
    "AWS::URLSuffix": "amazonaws.com",
    ...parameters,
  });
}

/** Parameters of the stack, and the equivalent settings of up.sh. */
const variants: readonly [Settings, Settings][] = [
  [{}, {}],
  [
    { Public: "yes", ExpireDays: "0", TlsOnly: "no" },
    { PUBLIC: "yes", EXPIRE_DAYS: "0", TLS_ONLY: "no" },
  ],
  [
    { Encryption: key, Prefix: "" },
    { ENCRYPTION: key, PREFIX: "" },
  ],
  [
    { Runtime: "docker", Port: "8883", K3sSha256: "0".repeat(64) },
    { RUNTIME: "docker", PORT: "8883", K3S_SHA256: "0".repeat(64) },
  ],
];

for (const [parameters, settings] of variants) {
  test(`the template creates what up.sh creates: ${JSON.stringify(settings)}`, async (t) => {
    const resolver = stack(parameters);
    const { Bucket, BucketPolicy, StoreRole, Firewall, Machine, MachineTemplate } = resolver.resolve(
      template.Resources,
    );
    const cloud = await newCloud(t);
    const { code, err } = await cloud.up(settings);
    assert.deepEqual([code, err], [0, ""]);
    const { bucket, role, group, machine } = cloud.state;

    assert.deepEqual(StoreRole.Properties.Policies[0].PolicyDocument, role.policy);
    assert.deepEqual(StoreRole.Properties.AssumeRolePolicyDocument, role.trust);
    const policy = bucket.policy && JSON.parse(bucket.policy);
    if (policy) assert.deepEqual(BucketPolicy.Properties.PolicyDocument, policy);
    assert.deepEqual(Object.values(Bucket.Properties.PublicAccessBlockConfiguration), bucket.block);
    assert.deepEqual(Bucket.Properties.LifecycleConfiguration.Rules.map(ruleOf), bucket.lifecycle);
    const [{ ServerSideEncryptionByDefault: encryption }] =
      Bucket.Properties.BucketEncryption.ServerSideEncryptionConfiguration;
    assert.equal(encryption.KMSMasterKeyID ?? encryption.SSEAlgorithm, bucket.encryption);
    assert.equal(Machine.Properties.UserData, machine.userData);
    assert.deepEqual(MachineTemplate.Properties.LaunchTemplateData.MetadataOptions, {
      HttpEndpoint: "enabled",
      HttpTokens: machine.tokens,
      HttpPutResponseHopLimit: Number(machine.hops),
    });
    const [ingress] = Firewall.Properties.SecurityGroupIngress;
    const [rule] = Object.values<Any>(group.rules);
    assert.deepEqual([String(ingress.ToPort), ingress.CidrIp], [rule.port, rule.range]);
  });
}

/** A lifecycle rule of CloudFormation in the format of the S3 API. */
function ruleOf({ Id, Prefix, Status, ExpirationInDays, AbortIncompleteMultipartUpload }: Any): object {
  return {
    ID: Id,
    Filter: { Prefix },
    Status,
    ...(ExpirationInDays === undefined ? {} : { Expiration: { Days: Number(ExpirationInDays) } }),
    ...(AbortIncompleteMultipartUpload ? { AbortIncompleteMultipartUpload } : {}),
  };
}

test("every reference in the template resolves, and every parameter and condition is used", () => {
  for (const [parameters] of variants) stack(parameters).resolve([template.Resources, template.Outputs]);
  const text = JSON.stringify([template.Resources, template.Outputs, template.Conditions, template.Rules]);
  const names = [...Object.keys(template.Parameters), ...Object.keys(template.Conditions)];
  const unused = names.filter((name) => !text.includes(`"${name}"`) && !text.includes(`\${${name}}`));
  assert.deepEqual(unused, []);
});

test("no action or resource is a wildcard, except for Session Manager, which supports no narrower resource", () => {
  const { StoreRole } = stack({ Public: "yes", Encryption: key }).resolve(template.Resources);
  const statements: Any[] = StoreRole.Properties.Policies[0].PolicyDocument.Statement;
  for (const { Action } of statements) assert.doesNotMatch([Action].flat().join(), /\*/);
  const wide = statements.filter(({ Resource }) => !/^arn:/.test(Resource));
  assert.deepEqual(
    wide.map(({ Sid }) => Sid),
    ["FacepipeSession"],
  );
  const s3 = statements.flatMap(({ Action }) => [Action].flat()).filter((each) => each.startsWith("s3:"));
  assert.deepEqual(s3, ["s3:PutObject", "s3:GetObject", "s3:GetBucketPolicy"]);
});

test("the bucket outlives the stack", () => {
  const { Bucket, BucketPolicy } = template.Resources;
  for (const each of [Bucket, BucketPolicy])
    assert.deepEqual([each.DeletionPolicy, each.UpdateReplacePolicy], ["Retain", "Retain"]);
});

const linter = findCommand("cfn-lint");
test("cfn-lint finds nothing", { skip: linter ? false : "needs cfn-lint (from PyPI)" }, () => {
  const { stdout, stderr } = spawnSync(linter as string, [`${folder}/cloudformation.yaml`], {
    encoding: "utf8",
  });
  assert.equal(stdout + stderr, "");
});
