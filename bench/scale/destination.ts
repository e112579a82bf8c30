import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ProgramSettings } from "../../test/drill/target.ts";
import type { Ceph } from "../../test/support/ceph.ts";
import { Bucket, type WrittenObject } from "../support/bucket.ts";

/** Where the stores of one run write. */
export interface Destination {
  /** Arguments and environment of store, and of audit. */
  readonly store: ProgramSettings;
  readonly audit: ProgramSettings;
  objects(): Promise<WrittenObject[]>;
  read(key: string): Promise<string>;
  remove(): Promise<void>;
}

export async function newBucket(ceph: Ceph): Promise<Destination> {
  const bucket = new Bucket(ceph);
  await bucket.create();
  const url = `s3://${bucket.name}`;
  return {
    store: { args: ["--to", url, "--path-style"], env: ceph.env },
    audit: { args: ["--from", url, "--path-style"], env: ceph.env },
    objects: () => bucket.objects(),
    read: (key) => bucket.read(key),
    remove: async () => bucket.close(),
  };
}

export async function newDirectory(): Promise<Destination> {
  const folder = await mkdtemp(join(tmpdir(), "facepipe-bench-scale-"));
  return {
    store: { args: ["--to", `file://${folder}`], env: {} },
    audit: { args: ["--from", `file://${folder}`], env: {} },
    async objects() {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      const paths = entries
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name));
      return Promise.all(
        paths.map(async (path) => ({
          key: path.slice(folder.length + 1),
          writtenAt: (await stat(path)).mtimeMs,
        })),
      );
    },
    read: (key) => readFile(join(folder, key), "utf8"),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
