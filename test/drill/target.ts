import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { GetObjectCommand, paginateListObjectsV2, S3Client } from "@aws-sdk/client-s3";
import { newBucketName, startCeph } from "../support/ceph.ts";
import type { CleanUp } from "./clean-up.ts";
import { type S3Proxy, startS3Proxy } from "./s3-proxy.ts";
import type { StoredFaces } from "./stored-faces.ts";

/** Where store writes. */
export interface Target {
  /** Arguments and environment of store, whose requests pass the proxy, and of audit, whose do not. */
  readonly store: ProgramSettings;
  readonly audit: ProgramSettings;
  readonly s3: S3Proxy | undefined;
  /** All keys. */
  keys(): Promise<string[]>;
  read(key: string): Promise<string>;
}

export interface ProgramSettings {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** A bucket of a Ceph that this starts; the proxy in front of it observes what is stored. */
export async function s3Target(stored: StoredFaces, cleanUp: CleanUp): Promise<Target> {
  const ceph = await startCeph();
  cleanUp.add(() => ceph.stop());
  const bucket = newBucketName();
  const keyOf = (path: string) => decodeURIComponent(path.split("?")[0]?.replace(`/${bucket}/`, "") ?? "");
  const s3 = await startS3Proxy(ceph.endpoint, (path) => stored.add(keyOf(path)), cleanUp);
  const { endpoint, accessKey, secretKey, env } = ceph;
  const credentials = { accessKeyId: accessKey, secretAccessKey: secretKey };
  const client = new S3Client({ endpoint, region: "us-east-1", forcePathStyle: true, credentials });
  cleanUp.add(() => client.destroy());
  const url = `s3://${bucket}`;
  return {
    store: {
      args: ["--to", url, "--path-style", "--create-bucket"],
      env: { ...env, AWS_ENDPOINT_URL_S3: s3.endpoint },
    },
    audit: { args: ["--from", url, "--path-style"], env },
    s3,
    async keys() {
      const keys: string[] = [];
      for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: bucket }))
        keys.push(...Contents.map(({ Key = "" }) => Key));
      return keys;
    },
    async read(key) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return (await Body?.transformToString()) ?? "";
    },
  };
}

/** A directory, listed again and again: a tenth of the time at most. */
export function fileTarget(folder: string, stored: StoredFaces, cleanUp: CleanUp): Target {
  const stopped = new AbortController();
  const keys = async () => (await readdir(folder, { recursive: true }).catch(() => [])).sort();
  const observe = async () => {
    while (!stopped.signal.aborted) {
      const begun = performance.now();
      for (const key of await keys()) stored.add(key);
      const duration = performance.now() - begun;
      await delay(Math.max(200, 10 * duration), undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  };
  const observed = observe();
  cleanUp.add(() => {
    stopped.abort();
    return observed;
  });
  const url = `file://${folder}`;
  return {
    store: { args: ["--to", url], env: {} },
    audit: { args: ["--from", url], env: {} },
    s3: undefined,
    keys,
    read: (key) => readFile(join(folder, key), "utf8"),
  };
}
