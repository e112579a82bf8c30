import { setTimeout as delay } from "node:timers/promises";
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  NotFound,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from "@aws-sdk/client-s3";
import { type Ceph, newBucketName } from "../../test/support/ceph.ts";

/** Polling interval, milliseconds: long enough to be no load for the gateway. */
const interval = 50;

export interface WrittenObject {
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly writtenAt: number;
}

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

  /** All objects, and when each was written, milliseconds since 1970 by the gateway's clock. */
  async objects(): Promise<WrittenObject[]> {
    const objects: WrittenObject[] = [];
    for await (const { Contents = [] } of paginateListObjectsV2(
      { client: this.#client },
      { Bucket: this.name },
    )) {
      for (const { Key = "", LastModified } of Contents)
        objects.push({ key: Key, writtenAt: LastModified?.getTime() ?? Number.NaN });
    }
    return objects;
  }

  /** When each object was written, the earliest first. */
  async times(): Promise<number[]> {
    return (await this.objects()).map(({ writtenAt }) => writtenAt).sort((a, b) => a - b);
  }

  async put(key: string, body: Buffer | string): Promise<void> {
    await this.#client.send(new PutObjectCommand({ Bucket: this.name, Key: key, Body: body }));
  }

  /** The object's text. */
  async read(key: string): Promise<string> {
    const { Body } = await this.#client.send(new GetObjectCommand({ Bucket: this.name, Key: key }));
    return (await Body?.transformToString()) ?? "";
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
