#!/usr/bin/env node
// Stands in for the command `aws` where the scripts for AWS are tested: a small cloud that lives in the file STAND_IN_CLOUD.
// It answers as the real one does, with its error texts and exit codes: of existence, of what is still in use,
// of what is not known everywhere yet. Each call is a line of JSON in STAND_IN_CLOUD.calls.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";

const file = process.env.STAND_IN_CLOUD;
const args = process.argv.slice(2);
appendFileSync(`${file}.calls`, `${JSON.stringify(args)}\n`);
const cloud = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
const [service, command] = args;
const operation = command.replace(/(^|-)(.)/g, (_all, _dash, letter) => letter.toUpperCase());

/** The values after an option. */
function values(name) {
  const from = args.indexOf(name) + 1;
  if (from === 0) return [];
  const to = args.findIndex((each, place) => place >= from && each.startsWith("--"));
  return args.slice(from, to < 0 ? undefined : to);
}
const value = (name) => values(name)[0];

/** As the real one: 254 when the service refuses. */
function refuse(code, message) {
  process.stderr.write(`\nAn error occurred (${code}) when calling the ${operation} operation: ${message}\n`);
  process.exit(254);
}

function needed(thing, code, message) {
  if (thing === undefined) refuse(code, message);
  return thing;
}

const noEntity = (what) => ["NoSuchEntity", `The ${what} cannot be found.`];
const bucket = () => needed(cloud.bucket, "NoSuchBucket", "The specified bucket does not exist");
const role = () => needed(cloud.role, ...noEntity("role with that name"));
const profile = () => needed(cloud.profile, ...noEntity("instance profile with that name"));
const tagOf = (tags) => tags?.facepipe;
const tagsIn = (text) => ({ facepipe: /Key=facepipe,Value=([^}\]]+)/.exec(text)?.[1] });
const states = () => /Values=(\S+)/.exec(values("--filters")[1] ?? "")?.[1]?.split(",") ?? [];

/** Half of a rule list: those of facepipe, or the others. */
const rulesOf = (list) => {
  const ours = (rule) => rule.ID.startsWith("facepipe-");
  return JSON.stringify(list.filter((rule) => ours(rule) !== value("--query").includes("!")));
};

const commands = {
  "s3api head-bucket": () => {
    needed(cloud.bucket, "404", "Not Found");
    if (cloud.bucket.foreign) refuse("403", "Forbidden");
  },
  "s3api get-bucket-location": () => bucket().location ?? "None",
  "s3api create-bucket": () => {
    const place = value("--create-bucket-configuration")?.replace("LocationConstraint=", "");
    // As new buckets of Amazon's are.
    cloud.bucket = { location: place, block: [true, true, true, true], encryption: "AES256", objects: 0 };
  },
  "s3api get-bucket-tagging": () =>
    tagOf(needed(bucket().tags, "NoSuchTagSet", "The TagSet does not exist")) ?? "None",
  "s3api put-bucket-tagging": () => {
    bucket().tags = tagsIn(value("--tagging"));
  },
  "s3api get-public-access-block": () =>
    needed(
      bucket().block,
      "NoSuchPublicAccessBlockConfiguration",
      "The public access block configuration was not found",
    )
      .map((each) => (each ? "True" : "False"))
      .join("\t"),
  "s3api put-public-access-block": () => {
    bucket().block = value("--public-access-block-configuration")
      .split(",")
      .map((each) => each.endsWith("=true"));
  },
  "s3api get-bucket-encryption": () =>
    JSON.stringify([{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: bucket().encryption } }]),
  "s3api put-bucket-encryption": () => {
    const [rule] = JSON.parse(value("--server-side-encryption-configuration")).Rules;
    const { KMSMasterKeyID, SSEAlgorithm } = rule.ApplyServerSideEncryptionByDefault;
    bucket().encryption = KMSMasterKeyID ?? SSEAlgorithm;
  },
  "s3api get-bucket-versioning": () => bucket().versioning ?? "None",
  "s3api put-bucket-versioning": () => {
    bucket().versioning = value("--versioning-configuration").replace("Status=", "");
  },
  "s3api get-bucket-lifecycle-configuration": () =>
    rulesOf(
      needed(
        bucket().lifecycle,
        "NoSuchLifecycleConfiguration",
        "The lifecycle configuration does not exist",
      ),
    ),
  "s3api put-bucket-lifecycle-configuration": () => {
    bucket().lifecycle = JSON.parse(value("--lifecycle-configuration")).Rules;
  },
  "s3api get-bucket-policy": () =>
    needed(bucket().policy, "NoSuchBucketPolicy", "The bucket policy does not exist"),
  "s3api put-bucket-policy": () => {
    const policy = JSON.parse(value("--policy"));
    const isPublic = policy.Statement.some((each) => each.Effect === "Allow" && each.Principal === "*");
    if (isPublic && bucket().block?.[2]) refuse("AccessDenied", "Access Denied");
    // Services give it back in an order and a layout of their own.
    bucket().policy = JSON.stringify({ Statement: policy.Statement, Version: policy.Version });
  },
  "s3api delete-bucket-policy": () => {
    delete bucket().policy;
  },
  "s3 rm": () => {
    bucket().objects = 0;
  },
  "s3api delete-bucket": () => {
    if (bucket().objects > 0) refuse("BucketNotEmpty", "The bucket you tried to delete is not empty");
    delete cloud.bucket;
  },

  "iam get-role": () => tagOf(role().tags) ?? "None",
  "iam create-role": () => {
    cloud.role = { trust: JSON.parse(value("--assume-role-policy-document")), tags: tagsIn(value("--tags")) };
  },
  "iam get-role-policy": () => JSON.stringify(needed(role().policy, ...noEntity("role policy")), null, 4),
  "iam put-role-policy": () => {
    role().policy = JSON.parse(value("--policy-document"));
  },
  "iam delete-role-policy": () => {
    delete role().policy;
  },
  "iam delete-role": () => {
    if (role().policy) refuse("DeleteConflict", "Cannot delete entity, must delete policies first.");
    if (cloud.profile?.role)
      refuse("DeleteConflict", "Cannot delete entity, must remove roles from instance profile first.");
    delete cloud.role;
  },
  "iam get-instance-profile": () => profile().role ?? "None",
  "iam create-instance-profile": () => {
    cloud.profile = {};
  },
  "iam add-role-to-instance-profile": () => {
    profile().role = value("--role-name");
    profile().isNew = true;
  },
  "iam remove-role-from-instance-profile": () => {
    delete profile().role;
  },
  "iam delete-instance-profile": () => {
    if (profile().role)
      refuse("DeleteConflict", "Cannot delete entity, must remove roles from instance profile first.");
    delete cloud.profile;
  },

  "ssm get-parameter": () => "ami-0123456789abcdef0",
  "ec2 describe-images": () => "/dev/xvda",
  "ec2 describe-vpcs": () => (cloud.noNetwork ? "None" : "vpc-0123456789abcdef0"),
  "ec2 describe-security-groups": () => (cloud.group ? "sg-0123456789abcdef0" : "None"),
  "ec2 create-security-group": () => {
    cloud.group = { rules: {} };
    return "sg-0123456789abcdef0";
  },
  "ec2 describe-security-group-rules": () =>
    Object.entries(cloud.group.rules)
      .map(([id, { port, range }]) => [id, "tcp", port, port, range].join("\t"))
      .join("\n"),
  "ec2 authorize-security-group-ingress": () => {
    const [, port, range] = /FromPort=(\d+),.*Cidr\w+=([^}]+)}/.exec(value("--ip-permissions"));
    cloud.lastRule = (cloud.lastRule ?? 0) + 1;
    cloud.group.rules[`sgr-${cloud.lastRule}`] = { port, range };
  },
  "ec2 revoke-security-group-ingress": () => {
    delete cloud.group.rules[value("--security-group-rule-ids")];
  },
  "ec2 delete-security-group": () => {
    if (cloud.machine && cloud.machine.state !== "terminated")
      refuse("DependencyViolation", "resource sg-0123456789abcdef0 has a dependent object");
    delete cloud.group;
  },
  "ec2 describe-instances": () => {
    if (value("--instance-ids"))
      return [cloud.machine.type, cloud.machine.tokens, cloud.machine.hops].join("\t");
    return states().includes(cloud.machine?.state) ? "i-0123456789abcdef0" : "";
  },
  "ec2 run-instances": () => {
    if (profile().isNew) {
      delete profile().isNew;
      writeFileSync(file, JSON.stringify(cloud));
      refuse(
        "InvalidParameterValue",
        `Value (${cloud.profile.role}) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name`,
      );
    }
    const metadata = value("--metadata-options");
    cloud.machine = {
      state: "pending",
      type: value("--instance-type"),
      tokens: /HttpTokens=(\w+)/.exec(metadata)?.[1],
      hops: /HopLimit=(\d)/.exec(metadata)?.[1],
      disk: value("--block-device-mappings"),
      userData: readFileSync(value("--user-data").replace("file://", ""), "utf8"),
    };
    return "i-0123456789abcdef0";
  },
  "ec2 wait": () => {
    const terminated = args[2] === "instance-terminated";
    cloud.machine.state = terminated ? "terminated" : "running";
    if (terminated && cloud.address) delete cloud.address.holder;
  },
  "ec2 modify-instance-metadata-options": () => {
    cloud.machine.tokens = value("--http-tokens");
    cloud.machine.hops = value("--http-put-response-hop-limit");
  },
  "ec2 terminate-instances": () => {
    cloud.machine.state = "shutting-down";
  },
  "ec2 describe-addresses": () =>
    cloud.address
      ? ["eipalloc-0123456789abcdef0", "198.51.100.1", cloud.address.holder ?? "nobody"].join("\t")
      : "None",
  "ec2 allocate-address": () => {
    cloud.address = {};
    return "eipalloc-0123456789abcdef0\t198.51.100.1";
  },
  "ec2 associate-address": () => {
    if (cloud.machine.state !== "running")
      refuse("InvalidInstanceID", "The instance is not in a valid state for this operation.");
    cloud.address.holder = value("--instance-id");
  },
  "ec2 release-address": () => {
    if (cloud.address.holder) refuse("InvalidIPAddress.InUse", "Address 198.51.100.1 is in use.");
    delete cloud.address;
  },
};

if (cloud.down) {
  process.stderr.write(`\nCould not connect to the endpoint URL: "https://${service}.example/"\n`);
  process.exit(255);
}
if (cloud.noLogin) {
  process.stderr.write(
    '\nUnable to locate credentials. You can configure credentials by running "aws configure".\n',
  );
  process.exit(253);
}
if (cloud.denied === command) {
  refuse("UnauthorizedOperation", "You are not authorized to perform this operation.");
}
const act = commands[`${service} ${command}`];
if (!act) {
  process.stderr.write(`aws: error: argument command: Invalid choice: ${service} ${command}\n`);
  process.exit(252);
}
const answer = act();
writeFileSync(file, JSON.stringify(cloud));
if (answer !== undefined && answer !== "") process.stdout.write(`${answer}\n`);
