import type { BucketLocationConstraint, S3Client } from "@aws-sdk/client-s3";
import { faultOf } from "./errors.ts";

export interface Place {
  readonly bucket: string;
  /** "" or a text that ends with `/`. */
  readonly prefix: string;
}

/**
 * Proves that the login may write below the prefix, and that the bucket is there, without writing: a put with a
 * Content-MD5 that is not the body's. A service looks at signature, bucket and rights first, then at the body, and
 * refuses that. So a login that may only write, and neither list nor read, is proved good, and one that may only
 * read is found out now and not by the first face. Resolves with the prefix's URL, as the SDK makes it from endpoint,
 * region and style; rejects with what the service answered.
 */
export async function proveWritable(client: S3Client, place: Place, signal: AbortSignal): Promise<string> {
  const { DeleteObjectCommand, PutObjectCommand } = await import("@aws-sdk/client-s3");
  const target = { Bucket: place.bucket, Key: `${place.prefix}${checkName}` };
  const md5OfNothing = "1B2M2Y8AsgTpgAmY7PhCfg==";
  const request = new PutObjectCommand({ ...target, Body: "x", ContentMD5: md5OfNothing, IfNoneMatch: "*" });
  let address = "";
  request.middlewareStack.add(
    (next) => (args) => {
      address = addressOf(args.request as SentRequest).slice(0, -checkName.length);
      return next(args);
    },
    { step: "finalizeRequest" },
  );
  try {
    await client.send(request, { abortSignal: signal });
  } catch (error) {
    if (faultOf(error).code === "BadDigest") return address;
    throw error;
  }
  // A service that does not look at Content-MD5 has kept it.
  await client.send(new DeleteObjectCommand(target), { abortSignal: signal });
  return address;
}

const checkName = ".facepipe-write-check";

interface SentRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
}

function addressOf({ protocol, hostname, port, path }: SentRequest): string {
  return `${protocol}//${hostname}${port === undefined ? "" : `:${port}`}${path}`;
}

/** Nothing happens when the bucket is ours already: another replica may have been quicker. */
export async function makeBucket(client: S3Client, bucket: string, signal: AbortSignal): Promise<void> {
  const { CreateBucketCommand } = await import("@aws-sdk/client-s3");
  const region = await client.config.region();
  // us-east-1 is the default and is refused as a LocationConstraint.
  const where = { LocationConstraint: region as BucketLocationConstraint };
  const request = { Bucket: bucket, ...(region === "us-east-1" ? {} : { CreateBucketConfiguration: where }) };
  try {
    await client.send(new CreateBucketCommand(request), { abortSignal: signal });
  } catch (error) {
    if (faultOf(error).code !== "BucketAlreadyOwnedByYou") throw error;
  }
}
