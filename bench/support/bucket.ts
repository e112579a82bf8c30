import { setTimeout as delay } from "node:timers/promises";
import {
  CreateBucketCommand,
  HeadObjectCommand,
  NotFound,
  paginateListObjectsV2,
  S3Client,
} from "@aws-sdk/client-s3";
import { type Ceph, newBucketName } from "../../test/support/ceph.ts";

/** Polling interval, milliseconds: long enough to be no load for the gateway. */
const interval = 50;

/** A new bucket, polled for its objects: they count, not what a program reports. */
export class Bucket {
  readonly name = newBucketName();
  readonly #client: S3Client;

  constructor({ endpoint, accessKey, secretKey }: Ceph) {
    const credentials = { accessKeyId: accessKey, secretAccessKey: secretKey };
    this.#client = new S3Client({ endpoint, region: "us-east-1", forcePathStyle: true, credentials });
  }

  async create(): Promise<void> {
    await this.#client.send(new CreateBucketCommand({ Bucket: this.name }));
  }

  close(): void {
    this.#client.destroy();
  }

  /** Resolves when the object exists. */
  async has(key: string): Promise<void> {
    while (!(await this.#exists(key))) await delay(interval);
  }

  /** When each object was written, milliseconds since 1970 by the gateway's clock, the earliest first. */
  async times(): Promise<number[]> {
    const times: number[] = [];
    for await (const page of paginateListObjectsV2({ client: this.#client }, { Bucket: this.name })) {
      for (const { LastModified } of page.Contents ?? []) times.push(LastModified?.getTime() ?? Number.NaN);
    }
    return times.sort((a, b) => a - b);
  }

  /** The times, once `count` objects exist. */
  async full(count: number): Promise<number[]> {
    for (;;) {
      const times = await this.times();
      if (times.length >= count) return times;
      await delay(interval);
    }
  }

  async #exists(key: string): Promise<boolean> {
    try {
      await this.#client.send(new HeadObjectCommand({ Bucket: this.name, Key: key }));
      return true;
    } catch (error) {
      if (error instanceof NotFound) return false;
      throw error;
    }
  }
}
