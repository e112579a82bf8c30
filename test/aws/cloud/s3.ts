import type { Any, Call, Commands } from "./call.ts";
import { tagOf, tagsIn } from "./call.ts";

const bucket = (call: Call) =>
  call.needed(call.cloud.bucket, "NoSuchBucket", "The specified bucket does not exist");

/** The lifecycle rules of facepipe, or the others, as --query selects them. */
function rulesOf(call: Call, list: Any[]): string {
  const ours = (rule: Any) => rule.ID.startsWith("facepipe-");
  return JSON.stringify(list.filter((rule) => ours(rule) !== call.value("--query").includes("!")));
}

export const s3: Commands = {
  "s3api head-bucket": (call) => {
    call.needed(call.cloud.bucket, "404", "Not Found");
    if (call.cloud.bucket.foreign) call.refuse("403", "Forbidden");
  },
  "s3api get-bucket-location": (call) => bucket(call).location || "None",
  "s3api create-bucket": (call) => {
    const location = call.value("--create-bucket-configuration").replace("LocationConstraint=", "");
    // The defaults of a new bucket at Amazon.
    call.cloud.bucket = {
      location,
      block: [true, true, true, true],
      encryption: "AES256",
      objects: 0,
    };
  },
  "s3api get-bucket-tagging": (call) =>
    tagOf(call.needed(bucket(call).tags, "NoSuchTagSet", "The TagSet does not exist")),
  "s3api put-bucket-tagging": (call) => {
    bucket(call).tags = tagsIn(call.value("--tagging"));
  },
  "s3api get-public-access-block": (call) =>
    call
      .needed(
        bucket(call).block,
        "NoSuchPublicAccessBlockConfiguration",
        "The public access block configuration was not found",
      )
      .map((each: Any) => (each ? "True" : "False"))
      .join("\t"),
  "s3api put-public-access-block": (call) => {
    bucket(call).block = call
      .value("--public-access-block-configuration")
      .split(",")
      .map((each: Any) => each.endsWith("=true"));
  },
  "s3api get-bucket-encryption": (call) =>
    JSON.stringify([{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: bucket(call).encryption } }]),
  "s3api put-bucket-encryption": (call) => {
    const [rule] = JSON.parse(call.value("--server-side-encryption-configuration")).Rules;
    const { KMSMasterKeyID, SSEAlgorithm } = rule.ApplyServerSideEncryptionByDefault;
    bucket(call).encryption = KMSMasterKeyID ?? SSEAlgorithm;
  },
  "s3api get-bucket-versioning": (call) => bucket(call).versioning ?? "None",
  "s3api put-bucket-versioning": (call) => {
    bucket(call).versioning = call.value("--versioning-configuration").replace("Status=", "");
  },
  "s3api get-bucket-lifecycle-configuration": (call) =>
    rulesOf(
      call,
      call.needed(
        bucket(call).lifecycle,
        "NoSuchLifecycleConfiguration",
        "The lifecycle configuration does not exist",
      ),
    ),
  "s3api put-bucket-lifecycle-configuration": (call) => {
    bucket(call).lifecycle = JSON.parse(call.value("--lifecycle-configuration")).Rules;
  },
  "s3api get-bucket-policy": (call) =>
    call.needed(bucket(call).policy, "NoSuchBucketPolicy", "The bucket policy does not exist"),
  "s3api put-bucket-policy": (call) => {
    const policy = JSON.parse(call.value("--policy"));
    const isPublic = policy.Statement.some((each: Any) => each.Effect === "Allow" && each.Principal === "*");
    if (isPublic && bucket(call).block?.[2]) call.refuse("AccessDenied", "Access Denied");
    // Services return it in another order and layout.
    bucket(call).policy = JSON.stringify({ Statement: policy.Statement, Version: policy.Version });
  },
  "s3api delete-bucket-policy": (call) => {
    delete bucket(call).policy;
  },
  "s3 rm": (call) => {
    bucket(call).objects = 0;
  },
  "s3api delete-bucket": (call) => {
    if (bucket(call).objects > 0)
      call.refuse("BucketNotEmpty", "The bucket you tried to delete is not empty");
    delete call.cloud.bucket;
  },
};
