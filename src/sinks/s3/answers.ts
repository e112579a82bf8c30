import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { ForeignAnswer } from "./failure.ts";

interface Response {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  body: unknown;
}

/**
 * Throws when the answer to a PUT is not S3's, which has an ETag: a web server, a console or a network's login page answers
 * anything with 200, and has stored nothing. Source: Amazon S3 API Reference, PutObject, "Response Elements".
 */
export function requireEntityTag({ ETag }: { readonly ETag?: string | undefined }): void {
  if (!ETag) throw new ForeignAnswer("the answer to a put has no ETag, so it is not S3 that answers");
  // Web frameworks add one to every page, W/"...", which S3 never sends.
  if (ETag.startsWith("W/"))
    throw new ForeignAnswer("the answer to a put has the ETag of a web page, so it is not S3 that answers");
}

/** Makes a put fail whose answer is a web page with an ETag, which some web servers send. */
export function refusePages(client: S3Client): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      const sent = await next(args);
      const { method } = args.request as { readonly method: string };
      const { statusCode, headers } = sent.response as Response;
      // Some services call their empty answers a web page.
      const isPage = headers["content-type"]?.startsWith("text/html") && headers["content-length"] !== "0";
      if (method === "PUT" && statusCode < 300 && isPage && headers["etag"])
        throw new ForeignAnswer("the answer to a put is a web page, so it is not S3 that answers");
      return sent;
    },
    { step: "deserialize", priority: "low" },
  );
}

/** Throws when what was read is a web page instead of the object; a service may leave out an object's ETag. */
export function requireObject(answer: { readonly ETag?: string | undefined }, body: Buffer): void {
  if (answer.ETag || !/^\s*<(!doctype html|html)[\s>]/i.test(body.toString("latin1", 0, 200))) return;
  throw new ForeignAnswer(
    "a web page without an ETag came instead of the object, so it is not S3 that answers",
  );
}

/**
 * Reads the answer to a command before the SDK does, and hands the SDK what `read` returns. Errors remain the SDK's. Call
 * it before the command is sent; sending fails with what `read` throws.
 */
export function readAnswer(
  command: ListObjectsV2Command | DeleteObjectsCommand | DeleteObjectCommand | PutBucketPolicyCommand,
  read: (body: string) => string,
): void {
  // The same for each command; their types differ in input and output.
  const { middlewareStack } = command as DeleteObjectCommand;
  middlewareStack.add(
    (next) => async (args) => {
      const sent = await next(args);
      const response = sent.response as Response;
      if (response.statusCode < 300) response.body = Buffer.from(read(await text(response.body as Readable)));
      return sent;
    },
    // Nearer to the network than the SDK's own deserializer.
    { step: "deserialize", priority: "low" },
  );
}

/** For a request that S3 answers without a body: fails when there is one. */
export function expectNoContent(command: DeleteObjectCommand | PutBucketPolicyCommand): void {
  readAnswer(command, (body) => {
    if (body.trim() !== "")
      throw new ForeignAnswer("the answer has contents where S3's has none, so it is not S3 that answers");
    return body;
  });
}
