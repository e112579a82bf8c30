import type { Readable } from "node:stream";
import type { S3Client } from "@aws-sdk/client-s3";
import { isUnreachable, UserError } from "../../base/errors.ts";
import { keepTrying } from "../../base/retry.ts";
import type { ListedObject, ObjectStore } from "../object-store.ts";
import { requireObject } from "./answers.ts";
import type { S3Location } from "./bucket.ts";
import { createClient, type S3Options } from "./client.ts";
import { failureOf } from "./failure.ts";
import { lastKeysBelow } from "./last-keys.ts";
import { type ListPage, readPageOf } from "./list-page.ts";
import { s3ReadError } from "./read-errors.ts";
import { removeObjects } from "./remove-objects.ts";
import { checkName } from "./write-check.ts";

/** How long a request is tried again while the service cannot be reached, milliseconds: the first, and those after it. */
const timeouts = { open: 5_000, later: 60_000 } as const;

/** Pages of the listing that are read for the folders of one folder. */
const mostFolderPages = 10;

/** Reads and removes objects in a bucket, below a prefix. */
export class S3Store implements ObjectStore {
  readonly target: string;
  readonly #location: S3Location;
  readonly #options: S3Options;
  #client: S3Client | undefined;

  /** `prefix` is "" or ends with `/`. */
  constructor(bucket: string, prefix: string, options: S3Options) {
    this.#location = { bucket, prefix };
    this.#options = options;
    this.target = `s3://${bucket}/${prefix}`.replace(/\/$/, "");
  }

  async open(signal: AbortSignal): Promise<void> {
    this.#client = await createClient(this.#options).catch((error) => {
      throw s3ReadError(error, this.#location.bucket);
    });
    await this.#list({ MaxKeys: 1 }, timeouts.open, signal);
  }

  async *pages(_details: boolean, signal: AbortSignal): AsyncGenerator<readonly ListedObject[]> {
    const { prefix } = this.#location;
    let next: Promise<ListPage> | undefined = this.#list({}, timeouts.later, signal);
    while (next !== undefined) {
      const page: ListPage = await next;
      next = undefined;
      if (page.next !== undefined) {
        // The service works on the next page while this one is read.
        next = this.#list({ ContinuationToken: page.next }, timeouts.later, signal);
        // Its failure is reported when it is awaited.
        next.catch(() => undefined);
      }
      // A sink's check, which a login without permission to delete leaves there; below any prefix.
      const objects = page.objects.filter(({ key }) => !`/${key}`.endsWith(`/${checkName}`));
      yield objects.map((each) => ({ ...each, key: each.key.slice(prefix.length) }));
    }
  }

  async read(key: string, most: number, signal: AbortSignal): Promise<Buffer | undefined> {
    const { GetObjectCommand } = await import("@aws-sdk/client-s3");
    return this.#try(timeouts.later, signal, async (client) => {
      const request = new GetObjectCommand({
        Bucket: this.#location.bucket,
        Key: this.#location.prefix + key,
      });
      const answer = await client.send(request, { abortSignal: signal }).catch((error: unknown) => {
        if (failureOf(error).code === "NoSuchKey") return undefined;
        throw error;
      });
      if (answer === undefined) return undefined;
      const { Body, ContentLength = 0 } = answer;
      if (ContentLength > most) {
        (Body as Readable).destroy();
        throw new UserError("OBJECT_UNREADABLE", `${key} has more than ${most} bytes`);
      }
      const body = Buffer.from((await Body?.transformToByteArray()) ?? []);
      requireObject(answer, body);
      return body;
    });
  }

  async folders(below: string, signal: AbortSignal): Promise<readonly string[]> {
    const prefix = this.#location.prefix + below;
    const names: string[] = [];
    let more: Readonly<Record<string, string>> | undefined = {};
    for (let pages = 0; more !== undefined && pages < mostFolderPages; pages++) {
      const page: ListPage = await this.#list(
        { Prefix: prefix, Delimiter: "/", ...more },
        timeouts.later,
        signal,
      );
      for (const folder of page.folders) names.push(folder.slice(prefix.length, -1));
      more = page.next === undefined ? undefined : { ContinuationToken: page.next };
    }
    return names.filter((name) => name !== "" && !name.startsWith("."));
  }

  async lastKeys(
    below: string,
    before: string,
    most: number,
    signal: AbortSignal,
  ): Promise<readonly string[]> {
    const { prefix } = this.#location;
    const list = (more: Readonly<Record<string, string | number>>) =>
      this.#list({ Delimiter: "/", ...more }, timeouts.later, signal);
    const keys = await lastKeysBelow(prefix + below, prefix + before, most, list);
    return keys.map((key) => key.slice(prefix.length));
  }

  async link(key: string, seconds: number): Promise<string> {
    const client = this.#client;
    if (!client) throw new Error(`${this.target} is not open`);
    const { bucket, prefix } = this.#location;
    const { GetObjectCommand } = await import("@aws-sdk/client-s3");
    const { getSignedUrl } = await import("@aws-sdk/s3-request-presigner");
    const command = new GetObjectCommand({ Bucket: bucket, Key: prefix + key });
    return getSignedUrl(client, command, { expiresIn: seconds }).catch((error) => {
      throw s3ReadError(error, bucket);
    });
  }

  async remove(keys: readonly string[], signal: AbortSignal): Promise<void> {
    const { bucket, prefix } = this.#location;
    const whole = keys.map((key) => prefix + key);
    await this.#try(timeouts.later, signal, (client) => removeObjects(client, bucket, whole, signal));
  }

  close(): void {
    this.#client?.destroy();
  }

  #list(
    more: Readonly<Record<string, string | number>>,
    timeout: number,
    signal: AbortSignal,
  ): Promise<ListPage> {
    const { bucket, prefix } = this.#location;
    return this.#try(timeout, signal, async (client) => {
      const { ListObjectsV2Command } = await import("@aws-sdk/client-s3");
      const target = { Bucket: bucket, Prefix: prefix, EncodingType: "url" as const };
      const command = new ListObjectsV2Command({ ...target, ...more });
      const result = readPageOf(command);
      await client.send(command, { abortSignal: signal });
      return result.page;
    });
  }

  /** Tries again while the service cannot be reached. */
  #try<T>(timeout: number, signal: AbortSignal, work: (client: S3Client) => Promise<T>): Promise<T> {
    const client = this.#client;
    if (!client) throw new Error(`${this.target} is not open`);
    const { bucket } = this.#location;
    const attempt = () => work(client).catch((error) => Promise.reject(s3ReadError(error, bucket)));
    const deadline = Date.now() + timeout;
    return keepTrying(attempt, {
      signal,
      limits: { min: 200, max: 5_000 },
      deadline,
      isTransient: isUnreachable,
    });
  }
}
