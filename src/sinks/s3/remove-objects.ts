import type { S3Client } from "@aws-sdk/client-s3";
import { expectNoContent, readAnswer } from "./answers.ts";
import { ForeignAnswer, failureOf } from "./failure.ts";

/** Removes at most 1000 objects; rejects with the first refusal, which may be of one of many. */
export async function removeObjects(
  client: S3Client,
  bucket: string,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const { DeleteObjectsCommand } = await import("@aws-sdk/client-s3");
  const Delete = { Objects: keys.map((Key) => ({ Key })), Quiet: true };
  try {
    const request = new DeleteObjectsCommand({ Bucket: bucket, Delete });
    readAnswer(request, (xml) => {
      // Quiet: the result has errors alone, so that a web page would count as success.
      if (/<DeleteResult[\s/>]/.test(xml)) return xml;
      throw new ForeignAnswer("the answer to a deletion is none of S3");
    });
    const { Errors = [] } = await client.send(request, { abortSignal: signal });
    const failed = Errors.find(({ Code }) => Code !== "NoSuchKey");
    if (failed) throw Object.assign(new Error(failed.Message), { name: failed.Code, Code: failed.Code });
  } catch (error) {
    if (!isUnsupported(error)) throw error;
    await removeEach(client, bucket, keys, signal);
  }
}

/** A service without this request, or that wants a checksum (Content-MD5) that the SDK does not send any more. */
function isUnsupported(error: unknown): boolean {
  const { code, status } = failureOf(error);
  return [405, 501].includes(status ?? 0) || /^(MissingContentMD5|InvalidRequest|MalformedXML)$/.test(code);
}

async function removeEach(
  client: S3Client,
  bucket: string,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const { DeleteObjectCommand } = await import("@aws-sdk/client-s3");
  const rest = [...keys];
  const remover = async () => {
    for (let Key = rest.pop(); Key !== undefined; Key = rest.pop()) {
      const request = new DeleteObjectCommand({ Bucket: bucket, Key });
      expectNoContent(request);
      await client.send(request, { abortSignal: signal });
    }
  };
  await Promise.all(Array.from({ length: 16 }, remover));
}
