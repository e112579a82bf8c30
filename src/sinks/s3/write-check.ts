import { createHash } from "node:crypto";
import type { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { requireEntityTag } from "./answers.ts";
import type { S3Location } from "./bucket.ts";
import { checksumUnsupported } from "./errors.ts";
import { failureOf, isDigestRefusal, KnownFailure } from "./failure.ts";

export const checkName = ".facepipe-write-check";

const body = "x";
const digests = {
  right: createHash("md5").update(body).digest("base64"),
  wrong: createHash("md5").update("").digest("base64"),
} as const;

interface Attempt {
  readonly digest: keyof typeof digests;
  /** Without the checksum that the SDK adds. */
  readonly isBare?: true;
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
  const check = new WriteCheck(client, location, signal);
  await check.run();
  return check.url;
}

class WriteCheck {
  /** Of the prefix, once something was sent. */
  url = "";
  readonly #client: S3Client;
  readonly #target: { readonly Bucket: string; readonly Key: string };
  readonly #signal: AbortSignal;

  constructor(client: S3Client, { bucket, prefix }: S3Location, signal: AbortSignal) {
    this.#client = client;
    this.#target = { Bucket: bucket, Key: prefix + checkName };
    this.#signal = signal;
  }

  async run(): Promise<void> {
    try {
      await this.#put({ digest: "wrong" });
    } catch (error) {
      if (isDigestRefusal(failureOf(error))) return;
      if (!mayBeDigestRefusal(error)) throw await this.#explained(error);
      // A refusal that does not say what for: with the right digest it must be gone.
      await this.#put({ digest: "right" }).catch(async (refusal) => {
        throw await this.#explained(refusal);
      });
    }
    await this.#remove();
  }

  /**
   * The object exists when an earlier check's could not be removed, or another replica checks at the same time. It is
   * replaced then: that the service knows If-None-Match is proved, and permission to write is not.
   */
  async #put(attempt: Attempt): Promise<void> {
    try {
      await this.#send(attempt, true);
    } catch (error) {
      if (![409, 412].includes(failureOf(error).status ?? 0)) throw error;
      await this.#send(attempt, false);
    }
  }

  async #send({ digest, isBare }: Attempt, ifAbsent: boolean): Promise<void> {
    const { PutObjectCommand } = await import("@aws-sdk/client-s3");
    const request = new PutObjectCommand({
      ...this.#target,
      Body: body,
      ContentMD5: digests[digest],
      ...(ifAbsent && { IfNoneMatch: "*" }),
    });
    this.#noteUrl(request);
    if (isBare) leaveOutChecksum(request);
    requireEntityTag(await this.#client.send(request, { abortSignal: this.#signal }));
  }

  /** The error, or that it is about the checksum of the SDK: then the same request succeeds without it. */
  async #explained(error: unknown): Promise<unknown> {
    const { status = 0 } = failureOf(error);
    if (error instanceof KnownFailure || !(status === 501 || mayBeDigestRefusal(error))) return error;
    // Nothing is left out when the SDK adds no checksum.
    if ((await this.#client.config.requestChecksumCalculation()) !== "WHEN_SUPPORTED") return error;
    try {
      await this.#put({ digest: "right", isBare: true });
    } catch {
      return error;
    }
    await this.#remove();
    return checksumUnsupported(error);
  }

  /** Permission to delete is not needed: an object that stays is found by the next check. */
  async #remove(): Promise<void> {
    const { DeleteObjectCommand } = await import("@aws-sdk/client-s3");
    const request = new DeleteObjectCommand(this.#target);
    await this.#client.send(request, { abortSignal: this.#signal }).catch(() => undefined);
  }

  #noteUrl(request: PutObjectCommand): void {
    request.middlewareStack.add(
      (next) => (args) => {
        this.url = urlOf(args.request as SentRequest).slice(0, -checkName.length);
        return next(args);
      },
      { step: "finalizeRequest" },
    );
  }
}

/**
 * Services refuse a wrong digest with many codes, some with none. A refusal of the login, of the bucket or of the request's
 * rate is none of them.
 */
function mayBeDigestRefusal(error: unknown): boolean {
  const { status = 0, code } = failureOf(error);
  if (code === "NoSuchBucket" || /^(Expired|Invalid)Token|AuthorizationHeader|AccessKey/.test(code))
    return false;
  return status >= 400 && status < 500 && ![401, 403, 404, 407, 408, 425, 429].includes(status);
}

function leaveOutChecksum(request: PutObjectCommand): void {
  request.middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { readonly headers: Record<string, string> };
      for (const name of Object.keys(headers)) {
        if (/^x-amz-(checksum-|sdk-checksum-|trailer$)/i.test(name)) delete headers[name];
      }
      return next(args);
    },
    // After the checksum is added (build) and before the request is signed.
    { step: "finalizeRequest", priority: "high" },
  );
}

interface SentRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
}

function urlOf({ protocol, hostname, port, path }: SentRequest): string {
  return `${protocol}//${hostname}${port === undefined ? "" : `:${port}`}${path}`;
}
