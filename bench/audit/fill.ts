import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import type { Ceph } from "../../test/support/ceph.ts";
import { spawnWithUs } from "../../test/support/commands.ts";
import { BenchmarkError } from "../support/benchmark-error.ts";
import type { Bucket } from "../support/bucket.ts";
import { python } from "../support/programs.ts";
import type { StoredKeys } from "./stored-keys.ts";

/** Empty files: audit reads the records alone. */
export async function fillDirectory(directory: string, keys: StoredKeys): Promise<void> {
  const made = new Set<string>();
  const write = async (key: string, body: Buffer | string) => {
    const path = join(directory, key);
    if (!made.has(dirname(path))) await mkdir(dirname(path), { recursive: true });
    made.add(dirname(path));
    await writeFile(path, body);
  };
  const faces = keys.faces();
  const writer = async () => {
    for (const key of faces) await write(key, "");
  };
  await Promise.all(Array.from({ length: 32 }, writer));
  for (const [key, body] of keys.records) await write(key, body);
}

/** Uploads the records and one face, and writes the other faces to the bucket's index. */
export async function fillBucket({ conf }: Ceph, bucket: Bucket, keys: StoredKeys): Promise<void> {
  await bucket.create();
  // A Buffer: of an empty string the SDK warns that it has no length.
  await bucket.put(keys.first, Buffer.from("face"));
  for (const [key, body] of keys.records) await bucket.put(key, body);
  const script = fileURLToPath(new URL("fill_bucket_index.py", import.meta.url));
  const child = spawnWithUs(python, [script, conf, keys.first]);
  const failed = Promise.all([text(child.stderr), once(child, "close")]).then(([stderr, [code]]) => {
    if (code === 0) return;
    throw new BenchmarkError(
      `the bucket's index cannot be filled:\n${stderr.trim()}`,
      "It needs Debian's package python3-rados",
    );
  });
  // A script that ends early breaks the pipe: its stderr says more.
  await Promise.all([pipeline(Readable.from(lines(keys)), child.stdin).catch(() => undefined), failed]);
}

/** Many keys in a chunk: one each would be slow. */
function* lines(keys: StoredKeys): Generator<string> {
  let chunk: string[] = [];
  for (const key of keys.faces()) {
    chunk.push(`${key}\n`);
    if (chunk.length < 1000) continue;
    yield chunk.join("");
    chunk = [];
  }
  yield chunk.join("");
}
