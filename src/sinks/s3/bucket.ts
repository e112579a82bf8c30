import type { BucketLocationConstraint, S3Client } from "@aws-sdk/client-s3";
import { failureOf } from "./failure.ts";

export interface S3Location {
  readonly bucket: string;
  /** "" or a text that ends with `/`. */
  readonly prefix: string;
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
