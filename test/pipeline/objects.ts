import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { GetObjectCommand, paginateListObjectsV2, type S3Client } from "@aws-sdk/client-s3";
import type { Program } from "../support/facepipe.ts";

/** All objects of a store: key and contents. */
export type Objects = ReadonlyMap<string, Buffer>;

export async function objectsInBucket(client: S3Client, bucket: string): Promise<Objects> {
  const keys: string[] = [];
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: bucket }))
    keys.push(...Contents.map(({ Key = "" }) => Key));
  const read = async (key: string) => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return [key, Buffer.from((await Body?.transformToByteArray()) ?? [])] as const;
  };
  return new Map(await Promise.all(keys.map(read)));
}

export async function objectsInFolder(folder: string): Promise<Objects> {
  const objects = new Map<string, Buffer>();
  for (const name of await readdir(folder, { recursive: true })) {
    const path = join(folder, name);
    if ((await stat(path)).isFile()) objects.set(name, await readFile(path));
  }
  return objects;
}

/** Resolves when these stores have written, or found there already, `count` different objects between them. */
export async function untilStored(count: number, ...stores: readonly Program[]): Promise<void> {
  const keys = () => stores.flatMap((store) => store.events("object_written").map(({ msg }) => msg));
  while (new Set(keys()).size < count) {
    const running = stores.filter((store) => store.running);
    await Promise.race(running.map((store) => store.event("object_written", {}, store.log.length)));
  }
}

/** The contents in an order that does not depend on their arrival, to compare them with what was sent. */
export function sorted(contents: Iterable<Buffer>): string[] {
  return [...contents].map((content) => content.toString("base64")).sort();
}
