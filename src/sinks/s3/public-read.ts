import type { S3Client } from "@aws-sdk/client-s3";
import { UserError } from "../../base/errors.ts";
import { expectNoContent } from "./answers.ts";
import type { S3Location } from "./bucket.ts";
import { s3Reason } from "./errors.ts";
import { ForeignAnswer, failureOf } from "./failure.ts";

interface Statement {
  readonly Sid?: string;
  readonly Resource?: string | readonly string[];
  readonly [field: string]: unknown;
}

interface Policy {
  readonly Version: string;
  readonly Statement: readonly Statement[];
}

const sid = "FacepipePublicRead";

/**
 * Lets anyone read the objects below the prefix, with a bucket policy: new Amazon buckets refuse ACLs
 * (AccessControlListNotSupported). Other statements stay, and so do other prefixes in ours.
 * Rejects with a UserError when the service refuses.
 */
export async function allowPublicRead(
  client: S3Client,
  location: S3Location,
  signal: AbortSignal,
): Promise<void> {
  const { PutBucketPolicyCommand } = await import("@aws-sdk/client-s3");
  const { bucket, prefix } = location;
  try {
    const policy = await readPolicy(client, bucket, signal);
    const resource = `arn:${partition(await client.config.region())}:s3:::${bucket}/${prefix}*`;
    const wanted = withResource(policy, resource);
    if (wanted === policy) return;
    const request = new PutBucketPolicyCommand({ Bucket: bucket, Policy: JSON.stringify(wanted) });
    expectNoContent(request);
    await client.send(request, { abortSignal: signal });
  } catch (error) {
    const { status } = failureOf(error);
    if (status === undefined || status >= 500) throw error;
    throw new UserError(
      "BUCKET_PUBLIC_READ_REFUSED",
      `cannot make the bucket ${bucket} readable by anyone: ${s3Reason(error)}`,
      "Turn off the bucket's Block Public Access and allow this login s3:GetBucketPolicy and s3:PutBucketPolicy, " +
        "or leave out --public",
      error,
    );
  }
}

async function readPolicy(client: S3Client, bucket: string, signal: AbortSignal): Promise<Policy> {
  const { GetBucketPolicyCommand } = await import("@aws-sdk/client-s3");
  try {
    const request = new GetBucketPolicyCommand({ Bucket: bucket });
    const { Policy = "" } = await client.send(request, { abortSignal: signal });
    const policy = parsePolicy(Policy);
    return { ...policy, Statement: [policy.Statement].flat() };
  } catch (error) {
    if (failureOf(error).code !== "NoSuchBucketPolicy") throw error;
    return { Version: "2012-10-17", Statement: [] };
  }
}

function parsePolicy(text: string): Policy {
  try {
    return JSON.parse(text) as Policy;
  } catch {
    throw new ForeignAnswer("the answer is no bucket policy, so it is not S3 that answers");
  }
}

/** `policy` itself when it contains the resource already: then no permission to change it is needed. */
function withResource(policy: Policy, resource: string): Policy {
  const ours = policy.Statement.find((each) => each.Sid === sid);
  const resources = [ours?.Resource ?? []].flat();
  if (resources.includes(resource)) return policy;
  const statement: Statement = {
    Sid: sid,
    Effect: "Allow",
    Principal: "*",
    Action: "s3:GetObject",
    Resource: [...resources, resource],
  };
  return { ...policy, Statement: [...policy.Statement.filter((each) => each !== ours), statement] };
}

/** Source: AWS General Reference, "Amazon Resource Names": China and GovCloud are separate partitions. */
function partition(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}
