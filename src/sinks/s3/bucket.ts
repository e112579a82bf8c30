import type { BucketLocationConstraint, S3Client } from "@aws-sdk/client-s3";
import { failureOf } from "./errors.ts";

export interface S3Location {
  readonly bucket: string;
  /** "" or a text that ends with `/`. */
  readonly prefix: string;
}

/**
 * Checks that the bucket exists and that the login may write below the prefix, without writing: a put with a
 * Content-MD5 that does not match the body. A service checks signature, bucket and permissions first, then the body,
 * and refuses that. So a login with write permission only passes, and one with read permission only fails now and not
 * at the first face. Resolves with the prefix's URL, as the SDK builds it from endpoint, region and style; rejects with
 * the service's error.
 */
export async function checkWritable(
  client: S3Client,
  location: S3Location,
  signal: AbortSignal,
): Promise<string> {
  const { DeleteObjectCommand, PutObjectCommand } = await import("@aws-sdk/client-s3");
  const target = { Bucket: location.bucket, Key: `${location.prefix}${checkName}` };
  const md5OfNothing = "1B2M2Y8AsgTpgAmY7PhCfg==";
  const request = new PutObjectCommand({ ...target, Body: "x", ContentMD5: md5OfNothing, IfNoneMatch: "*" });
  let url = "";
  request.middlewareStack.add(
    (next) => (args) => {
      url = urlOf(args.request as SentRequest).slice(0, -checkName.length);
      return next(args);
    },
    { step: "finalizeRequest" },
  );
  try {
    await client.send(request, { abortSignal: signal });
  } catch (error) {
    if (failureOf(error).code === "BadDigest") return url;
    throw error;
  }
  // A service that ignores Content-MD5 has stored it.
  await client.send(new DeleteObjectCommand(target), { abortSignal: signal });
  return url;
}

export const checkName = ".facepipe-write-check";

interface SentRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
}

function urlOf({ protocol, hostname, port, path }: SentRequest): string {
  return `${protocol}//${hostname}${port === undefined ? "" : `:${port}`}${path}`;
}

/** A no-op when the bucket is ours already: another replica may have been faster. */
export async function createBucket(client: S3Client, bucket: string, signal: AbortSignal): Promise<void> {
  const { CreateBucketCommand } = await import("@aws-sdk/client-s3");
  const region = await client.config.region();
  // us-east-1 is the default and is refused as a LocationConstraint.
  const where = { LocationConstraint: region as BucketLocationConstraint };
  const request = { Bucket: bucket, ...(region === "us-east-1" ? {} : { CreateBucketConfiguration: where }) };
  try {
    await client.send(new CreateBucketCommand(request), { abortSignal: signal });
  } catch (error) {
    if (failureOf(error).code !== "BucketAlreadyOwnedByYou") throw error;
  }
}
