import type { Readable } from "node:stream";
import type { S3Client } from "@aws-sdk/client-s3";
import { UserError } from "../../base/errors.ts";
import { unlessAborted } from "../abort.ts";
import { keyParts } from "../key.ts";
import { type PutResult, type Sink, SinkError, type SinkObject } from "../sink.ts";
import { makeBucket, type Place, proveWritable } from "./bucket.ts";
import { createClient, type S3Options } from "./client.ts";
import { faultOf, s3PutError } from "./errors.ts";
import { asciiMetadata } from "./metadata.ts";
import { s3OpenError } from "./open-error.ts";
import { allowPublicRead } from "./public-read.ts";

export type { S3Options } from "./client.ts";

interface Connection {
  readonly sdk: typeof import("@aws-sdk/client-s3");
  readonly client: S3Client;
  /** The prefix's URL, ending with `/`, as the SDK makes it from endpoint, region and style. */
  readonly address: string;
}

/** Keeps objects in a bucket, below a prefix. */
export class S3Sink implements Sink {
  readonly target: string;
  readonly #place: Place;
  readonly #options: S3Options;
  #connection: Connection | undefined;

  /** `prefix` is "" or ends with `/`. */
  constructor(bucket: string, prefix: string, options: S3Options) {
    this.#place = { bucket, prefix };
    this.#options = options;
    this.target = `s3://${bucket}/${prefix}`.replace(/\/$/, "");
  }

  /** Tries once: how long to wait for a service that cannot be reached is the caller's to decide. */
  async open(signal: AbortSignal): Promise<void> {
    const client = await createClient(this.#options);
    try {
      const address = await this.#prepare(client, signal);
      this.#connection = { sdk: await import("@aws-sdk/client-s3"), client, address };
    } catch (error) {
      client.destroy();
      throw error instanceof UserError ? error : s3OpenError(error, this.#place.bucket);
    }
  }

  async put(object: SinkObject, signal: AbortSignal): Promise<PutResult> {
    keyParts(object.key);
    const connection = this.#connected();
    try {
      return await unlessAborted(signal, () => this.#write(connection, object));
    } catch (error) {
      throw error instanceof SinkError ? error : s3PutError(error, this.#name(object.key));
    }
  }

  /** The public URL when objects are public; else the name by which tools find it with a login. */
  locate(key: string): string {
    if (!this.#options.public) return this.#name(key);
    return this.#connected().address + key.split("/").map(encodeURIComponent).join("/");
  }

  async close(): Promise<void> {
    this.#connection?.client.destroy();
    this.#connection = undefined;
  }

  async #prepare(client: S3Client, signal: AbortSignal): Promise<string> {
    const { createBucket, public: isPublic } = this.#options;
    const address = await proveWritable(client, this.#place, signal).catch(async (error: unknown) => {
      if (!createBucket || faultOf(error).code !== "NoSuchBucket") throw error;
      await makeBucket(client, this.#place.bucket, signal);
      return proveWritable(client, this.#place, signal);
    });
    if (isPublic) await allowPublicRead(client, this.#place, signal);
    return address;
  }

  async #write(connection: Connection, object: SinkObject): Promise<PutResult> {
    const { sdk, client } = connection;
    const request = new sdk.PutObjectCommand({
      Bucket: this.#place.bucket,
      Key: this.#place.prefix + object.key,
      Body: object.body,
      ContentType: object.contentType,
      Metadata: asciiMetadata(object.metadata),
      IfNoneMatch: "*",
    });
    try {
      await client.send(request);
      return "stored";
    } catch (error) {
      if (faultOf(error).status !== 412) throw error;
      return this.#compare(connection, object);
    }
  }

  /**
   * Something is under the key: often our own write, whose answer was lost. Its bytes are compared, as an ETag is the
   * body's MD5 with some services and encryptions only. A login that may write but not read cannot know: a key
   * stands for one message, so it counts as the repeat.
   */
  async #compare({ sdk, client }: Connection, { key, body }: SinkObject): Promise<PutResult> {
    const request = { Bucket: this.#place.bucket, Key: this.#place.prefix + key };
    try {
      const { Body, ContentLength } = await client.send(new sdk.GetObjectCommand(request));
      if (ContentLength !== body.length) {
        (Body as Readable).destroy();
        return "conflict";
      }
      return body.equals((await Body?.transformToByteArray()) ?? Buffer.alloc(0)) ? "exists" : "conflict";
    } catch (error) {
      if (faultOf(error).code === "AccessDenied") return "exists";
      throw error;
    }
  }

  #connected(): Connection {
    if (!this.#connection) throw new Error(`${this.target} is not open`);
    return this.#connection;
  }

  #name(key: string): string {
    return `s3://${this.#place.bucket}/${this.#place.prefix}${key}`;
  }
}
