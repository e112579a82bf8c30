import assert from "node:assert/strict";
import { test } from "node:test";
import { newCloud } from "./cloud.ts";
import type { Settings } from "./scripts.ts";

const bucket = { location: "eu-central-1", encryption: "AES256" };
const policy = JSON.stringify({ Statement: [{ Sid: "Mine", Effect: "Allow", Principal: { AWS: "1" } }] });

/** Faults and their messages. */
const cases: readonly { name: string; cloud?: object; settings?: Settings; code: number; message: RegExp }[] =
  [
    {
      name: "no credentials",
      cloud: { noCredentials: true },
      code: 1,
      message: /aws has no credentials: .*Run 'aws configure'/,
    },
    {
      name: "AWS unreachable",
      cloud: { down: true },
      code: 2,
      message: /AWS cannot be reached: .*Check REGION/,
    },
    {
      name: "a bucket of another account",
      cloud: { bucket: { foreign: true } },
      code: 1,
      message: /belongs to another account.*Choose another name/,
    },
    {
      name: "a bucket in another region",
      cloud: { bucket: { location: "eu-west-1" } },
      code: 1,
      message: /is in the region eu-west-1, not in eu-central-1/,
    },
    {
      name: "a bucket of another set-up",
      cloud: { bucket: { ...bucket, tags: { facepipe: "other" } } },
      code: 1,
      message: /belongs to the set-up named other, not to pipeline/,
    },
    {
      name: "a bucket with a policy of others",
      cloud: { bucket: { ...bucket, policy } },
      code: 1,
      message: /statements that are not facepipe's.*FacepipeTlsOnly/,
    },
    {
      name: "a role of others",
      cloud: { bucket, role: {} },
      code: 1,
      message: /a role pipeline-store that up\.sh did not create.*Choose another NAME/,
    },
    { name: "no default VPC", cloud: { noNetwork: true }, code: 1, message: /no default VPC.*SUBNET/ },
    {
      name: "credentials without permission",
      cloud: { denied: "create-security-group" },
      code: 1,
      message: /do not allow 'aws ec2 create-security-group'.*docs\/aws\.md/,
    },
    {
      name: "KMS and public",
      settings: { PUBLIC: "yes", ENCRYPTION: "arn:aws:kms:eu-central-1:123456789012:key/1-2" },
      code: 3,
      message: /PUBLIC=yes and a KMS key exclude each other/,
    },
    {
      name: "several faults, reported together",
      settings: {
        BUCKETT: "x",
        PORT: "mqtt",
        PREFIX: "*",
        ALLOW_FROM: "0.0.0.0",
        K3S_VERSION: "v1+k3s1;reboot",
      },
      code: 3,
      message:
        /BUCKETT=x\n(.*\n)*.*PREFIX must(.*\n)*.*PORT must(.*\n)*.*ALLOW_FROM must(.*\n)*.*K3S_VERSION must/,
    },
  ];

for (const { name, cloud: state, settings, code, message } of cases) {
  test(`up.sh reports a fault in a sentence: ${name}`, async (t) => {
    const cloud = await newCloud(t, state);
    const ended = await cloud.up(settings);
    assert.match(ended.err, message);
    assert.equal(ended.code, code);
    if (code === 3) assert.deepEqual(cloud.calls, []);
  });
}
