import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { FileSink } from "./file/file-sink.ts";
import { FileStore } from "./file/file-store.ts";
import type { ObjectStore } from "./object-store.ts";
import { type S3Options, S3Sink } from "./s3/s3-sink.ts";
import { S3Store } from "./s3/s3-store.ts";
import type { Sink } from "./sink.ts";

/** Where `--to` points. */
export type Target =
  /** `directory` is an absolute path. */
  | { readonly kind: "file"; readonly directory: string }
  /** `prefix` is "" or ends with `/`. */
  | { readonly kind: "s3"; readonly bucket: string; readonly prefix: string };

/** Reads `s3://BUCKET/PREFIX`, `file:///DIR`, `/DIR`, `./DIR`; throws an Error that says what is wrong. */
export function parseTarget(text: string): Target {
  if (text.startsWith("s3://")) return s3Target(text.slice("s3://".length));
  if (text.startsWith("file://")) return { kind: "file", directory: fileTarget(text) };
  if (/^\.{0,2}(\/|$)/.test(text) && text !== "") return { kind: "file", directory: resolve(text) };
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1];
  if (scheme) throw new Error(`must start with s3:// or file://, not ${scheme}:`);
  // A bare word could be either; a wrong guess would create a folder with the name of a bucket.
  throw new Error("must be s3://BUCKET/PREFIX or file:///DIR (or the path of a directory, ./DIR or /DIR)");
}

/** The target as people write it, without a `/` at its end. */
export function targetName(target: Target): string {
  return target.kind === "file"
    ? pathToFileURL(target.directory).href
    : `s3://${target.bucket}/${target.prefix}`.replace(/\/$/, "");
}

/** The sink for a target, not opened yet. Only S3 uses the options. */
export function createSink(target: Target, options: S3Options): Sink {
  return target.kind === "file"
    ? new FileSink(target.directory)
    : new S3Sink(target.bucket, target.prefix, options);
}

/** What a sink has stored there, not opened yet. Only S3 uses the options. */
export function createObjectStore(target: Target, options: S3Options): ObjectStore {
  return target.kind === "file"
    ? new FileStore(target.directory)
    : new S3Store(target.bucket, target.prefix, options);
}

function fileTarget(text: string): string {
  const url = new URL(text);
  if (url.host !== "") {
    throw new Error(`must have three slashes, file:///${url.host}${url.pathname}: a folder on this machine`);
  }
  return fileURLToPath(url);
}

function s3Target(rest: string): Target {
  const [bucket = "", ...parts] = rest.split("/");
  checkBucket(bucket);
  const names = trimEmptyEnds(parts);
  if (names.some((name) => name === "" || name === "." || name === "..")) {
    throw new Error("must have a prefix without empty parts, `.` and `..`");
  }
  return { kind: "s3", bucket, prefix: names.map((name) => `${name}/`).join("") };
}

/** Source: Amazon S3 User Guide, "General purpose bucket naming rules". */
function checkBucket(bucket: string): void {
  if (bucket === "") throw new Error("must name a bucket: s3://BUCKET/PREFIX");
  const good = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket) && !bucket.includes("..");
  if (good && !/^\d+\.\d+\.\d+\.\d+$/.test(bucket)) return;
  throw new Error(
    `must name a bucket by S3's rules, 3 to 63 of a-z, 0-9, - and . with a letter or digit at both ends`,
  );
}

function trimEmptyEnds(parts: readonly string[]): readonly string[] {
  const first = parts.findIndex((part) => part !== "");
  const last = parts.findLastIndex((part) => part !== "");
  return first < 0 ? [] : parts.slice(first, last + 1);
}
