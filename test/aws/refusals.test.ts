import assert from "node:assert/strict";
import { test } from "node:test";
import { newCloud } from "./cloud.ts";
import type { Settings } from "./scripts.ts";

const bucket = { location: "eu-central-1", encryption: "AES256" };
const policy = JSON.stringify({ Statement: [{ Sid: "Mine", Effect: "Allow", Principal: { AWS: "1" } }] });

/** What is wrong, and what is said about it. */
const cases: readonly { name: string; cloud?: object; settings?: Settings; code: number; says: RegExp }[] = [
  { name: "no login", cloud: { noLogin: true }, code: 1, says: /aws has no login: .*Run 'aws configure'/ },
  { name: "no way to AWS", cloud: { down: true }, code: 2, says: /AWS cannot be reached: .*Check REGION/ },
  {
    name: "a bucket of somebody else's",
    cloud: { bucket: { foreign: true } },
    code: 1,
    says: /belongs to somebody else.*Choose another name/,
  },
  {
    name: "a bucket in another region",
    cloud: { bucket: { location: "eu-west-1" } },
    code: 1,
    says: /is in the region eu-west-1, not in eu-central-1/,
  },
  {
    name: "a bucket of another set-up",
    cloud: { bucket: { ...bucket, tags: { facepipe: "other" } } },
    code: 1,
    says: /belongs to the set-up named other, not to line/,
  },
  {
    name: "a bucket with a policy of others",
    cloud: { bucket: { ...bucket, policy } },
    code: 1,
    says: /statements that are not facepipe's.*FacepipeTlsOnly/,
  },
  {
    name: "a role of others",
    cloud: { bucket, role: {} },
    code: 1,
    says: /a role line-store that up\.sh did not make.*Choose another NAME/,
  },
  { name: "no default network", cloud: { noNetwork: true }, code: 1, says: /no default network.*SUBNET/ },
  {
    name: "a login without rights",
    cloud: { denied: "create-security-group" },
    code: 1,
    says: /may not do 'aws ec2 create-security-group'.*docs\/aws\.md/,
  },
  {
    name: "KMS and public",
    settings: { PUBLIC: "yes", ENCRYPTION: "arn:aws:kms:eu-central-1:123456789012:key/1-2" },
    code: 3,
    says: /PUBLIC=yes and a KMS key do not go together/,
  },
  {
    name: "faults, all at once",
    settings: {
      BUCKETT: "x",
      PORT: "mqtt",
      PREFIX: "*",
      ALLOW_FROM: "0.0.0.0",
      K3S_VERSION: "v1+k3s1;reboot",
    },
    code: 3,
    says: /BUCKETT=x\n(.*\n)*.*PREFIX must(.*\n)*.*PORT must(.*\n)*.*ALLOW_FROM must(.*\n)*.*K3S_VERSION must/,
  },
];

for (const { name, cloud: state, settings, code, says } of cases) {
  test(`up.sh says in a sentence what is wrong: ${name}`, async (t) => {
    const cloud = await newCloud(t, state);
    const ended = await cloud.up(settings);
    assert.match(ended.err, says);
    assert.equal(ended.code, code);
    if (code === 3) assert.deepEqual(cloud.calls, []);
  });
}
