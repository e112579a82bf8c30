import type { Readable } from "node:stream";
import type { S3Client } from "@aws-sdk/client-s3";
import { unlessAborted } from "../../base/abort.ts";
import { UserError } from "../../base/errors.ts";
import type { StoredObject } from "../../face/stored-objects.ts";
import { keyParts } from "../key-parts.ts";
import { type PutResult, type Sink, SinkError, stoppedError } from "../sink.ts";
import { requireEntityTag, requireObject } from "./answers.ts";
import { createBucket, type S3Location } from "./bucket.ts";
import { createClient, type S3Options } from "./client.ts";
import { s3OpenError, s3PutError } from "./errors.ts";
import { failureOf } from "./failure.ts";
import { asciiMetadata } from "./metadata.ts";
import { allowPublicRead } from "./public-read.ts";
import { noteFailures } from "./request-failures.ts";
import { checkName, checkWritable } from "./write-check.ts";

export type { S3Options } from "./client.ts";

interface OpenBucket {
  readonly sdk: typeof import("@aws-sdk/client-s3");
  readonly client: S3Client;
  /** The prefix's URL, ending with `/`, as the SDK builds it from endpoint, region and style. */
  readonly url: string;
}

/** Stores objects in a bucket, below a prefix. */
export class S3Sink implements Sink {
  readonly target: string;
  readonly #location: S3Location;
  readonly #options: S3Options;
  #opened: OpenBucket | undefined;

  /** `prefix` is "" or ends with `/`. */
  constructor(bucket: string, prefix: string, options: S3Options) {
    this.#location = { bucket, prefix };
    this.#options = options;
    this.target = `s3://${bucket}/${prefix}`.replace(/\/$/, "");
  }

  /**
   * Tries once: the caller decides how long to retry an unreachable service. When `signal` aborts it rejects with the last
   * failure of a request, of which the SDK makes two, or else with the code STOPPED.
   */
  async open(signal: AbortSignal): Promise<void> {
    const { bucket } = this.#location;
    let last: unknown;
    const opening = this.#open(signal, (failure) => {
      last = failure;
    });
    const opened = await unlessAborted(
      signal,
      () => opening,
      () => (last === undefined ? stoppedError(signal) : s3OpenError(last, bucket)),
    ).catch((error) => {
      // What is still running, such as a program that prints credentials, is of no use any more.
      opening.then(({ client }) => client.destroy()).catch(() => undefined);
      throw error;
    });
    this.#opened = opened;
  }

  async #open(signal: AbortSignal, onFailure: (error: unknown) => void): Promise<OpenBucket> {
    let client: S3Client | undefined;
    try {
      client = await createClient(this.#options);
      const stopNoting = noteFailures(client, onFailure);
      // Before the first request, whose timeout is not for a program that prints credentials.
      await client.config.credentials();
      const url = await this.#prepare(client, signal);
      stopNoting();
      return { sdk: await import("@aws-sdk/client-s3"), client, url };
    } catch (error) {
      client?.destroy();
      throw error instanceof UserError ? error : s3OpenError(error, this.#location.bucket);
    }
  }

  async put(object: StoredObject, signal: AbortSignal): Promise<PutResult> {
    keyParts(object.key);
    const bucket = this.#bucket();
    try {
      return await unlessAborted(signal, () => this.#write(bucket, object), stoppedError);
    } catch (error) {
      throw error instanceof SinkError ? error : s3PutError(error, this.#uri(object.key));
    }
  }

  /** A put without If-None-Match of one fixed key; a login without permission to delete leaves the object there. */
  async probe(bytes: number): Promise<void> {
    const { sdk, client } = this.#bucket();
    const target = { Bucket: this.#location.bucket, Key: this.#location.prefix + checkName };
    requireEntityTag(await client.send(new sdk.PutObjectCommand({ ...target, Body: Buffer.alloc(bytes) })));
    await client.send(new sdk.DeleteObjectCommand(target)).catch(() => undefined);
  }

  /** The public URL when objects are public; else the S3 URI, for tools with a login. */
  locate(key: string): string {
    if (!this.#options.public) return this.#uri(key);
    return this.#bucket().url + key.split("/").map(encodeURIComponent).join("/");
  }

  async close(): Promise<void> {
    this.#opened?.client.destroy();
    this.#opened = undefined;
  }

  async #prepare(client: S3Client, signal: AbortSignal): Promise<string> {
    const url = await checkWritable(client, this.#location, signal).catch(async (error: unknown) => {
      if (!this.#options.createBucket || failureOf(error).code !== "NoSuchBucket") throw error;
      await createBucket(client, this.#location.bucket, signal);
      return checkWritable(client, this.#location, signal);
    });
    if (this.#options.public) await allowPublicRead(client, this.#location, signal);
    return url;
  }

  async #write(bucket: OpenBucket, object: StoredObject): Promise<PutResult> {
    const request = new bucket.sdk.PutObjectCommand({
      ...this.#target(object),
      Body: object.body,
      ContentType: object.contentType,
      Metadata: asciiMetadata(object.metadata),
      IfNoneMatch: "*",
    });
    try {
      requireEntityTag(await bucket.client.send(request));
      return "stored";
    } catch (error) {
      const { status, isForeign } = failureOf(error);
      if (status !== 412) throw error;
      return this.#compare(bucket, object, isForeign);
    }
  }

  /**
   * The key exists: often our own write, whose response was lost. Compares the bytes, as an ETag is the body's MD5 with
   * some services and encryptions only. A login without read permission cannot compare: a key stands for one message,
   * so the object counts as a repeat, unless it was not S3 that said that it exists (`isForeign`).
   */
  async #compare({ sdk, client }: OpenBucket, object: StoredObject, isForeign: boolean): Promise<PutResult> {
    const { body } = object;
    try {
      const answer = await client.send(new sdk.GetObjectCommand(this.#target(object)));
      const { Body, ContentLength, ETag } = answer;
      // A proxy may leave out the length.
      if (ETag && ContentLength !== undefined && ContentLength !== body.length) {
        (Body as Readable).destroy();
        return "conflict";
      }
      const stored = Buffer.from((await Body?.transformToByteArray()) ?? []);
      if (body.equals(stored)) return "exists";
      requireObject(answer, stored);
      return "conflict";
    } catch (error) {
      if (failureOf(error).code === "AccessDenied" && !isForeign) return "exists";
      throw error;
    }
  }

  #target({ key }: StoredObject): { Bucket: string; Key: string } {
    return { Bucket: this.#location.bucket, Key: this.#location.prefix + key };
  }

  #bucket(): OpenBucket {
    if (!this.#opened) throw new Error(`${this.target} is not open`);
    return this.#opened;
  }

  #uri(key: string): string {
    return `s3://${this.#location.bucket}/${this.#location.prefix}${key}`;
  }
}
