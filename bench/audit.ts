import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { FaceFacts } from "../src/face/face.ts";
import { faceId, newEpoch } from "../src/face/face-id.ts";
import { parseKeyTemplate } from "../src/face/object-key.ts";
import { defaultKey } from "../src/roles/store/store.ts";
import { type Ceph, newBucketName, startCeph } from "../test/support/ceph.ts";
import { readOptions } from "./support/command-line.ts";
import { runMeasured } from "./support/measure.ts";
import { facepipeCommand } from "./support/programs.ts";
import { type Columns, report } from "./support/report.ts";
import { runRounds } from "./support/rounds.ts";

type Figure = "rate" | "cpu" | "memory";

const { numbers, json } = readOptions({ rounds: 3, files: 1_000_000, objects: 20_000 });
const cameras = 4;
const start = Date.parse("2026-11-21T00:00:00Z");
const columns: Columns<Figure> = {
  rate: ["keys/s", 0],
  cpu: ["CPU us/key", 1],
  memory: ["peak memory, MB", 0],
};

/** The keys of a complete store: one epoch for each camera, one face a second. */
function* keysOf(count: number): Generator<string> {
  const keyOf = parseKeyTemplate(defaultKey);
  const epochs = Array.from({ length: cameras }, newEpoch);
  for (let n = 0; n < count; n++) {
    const seq = Math.floor(n / cameras) + 1;
    const time = start + seq * 1000;
    const id = faceId(time, epochs[n % cameras] as string, seq);
    const facts = { id, camera: `cam${n % cameras}`, capturedAt: new Date(time).toISOString() };
    yield keyOf(facts as FaceFacts, "png");
  }
}

/** Empty objects: audit does not read them. */
async function write(count: number, put: (key: string) => Promise<unknown>): Promise<void> {
  const keys = keysOf(count);
  const writer = async () => {
    for (const key of keys) await put(key);
  };
  await Promise.all(Array.from({ length: 32 }, writer));
}

async function fillFolder(folder: string): Promise<void> {
  const made = new Set<string>();
  await write(numbers.files, async (key) => {
    const path = join(folder, key);
    if (!made.has(dirname(path))) await mkdir(dirname(path), { recursive: true });
    made.add(dirname(path));
    await writeFile(path, "");
  });
}

async function fillBucket({ endpoint, accessKey, secretKey }: Ceph, Bucket: string): Promise<void> {
  const credentials = { accessKeyId: accessKey, secretAccessKey: secretKey };
  const client = new S3Client({ endpoint, region: "us-east-1", forcePathStyle: true, credentials });
  await client.send(new CreateBucketCommand({ Bucket }));
  await write(numbers.objects, (Key) => client.send(new PutObjectCommand({ Bucket, Key, Body: "" })));
  client.destroy();
}

/** Without what an audit of `empty` takes: the start of the program. */
async function auditOnce(count: number, env: Readonly<Record<string, string>>, from: string, empty: string) {
  const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const run = (store: string) =>
    runMeasured(["/usr/bin/env", ...settings, ...facepipeCommand("audit", "--from", store, "--path-style")]);
  const [start, whole] = [await run(empty), await run(from)];
  return {
    rate: count / (whole.seconds - start.seconds),
    cpu: ((whole.cpuSeconds - start.cpuSeconds) / count) * 1e6,
    memory: whole.peakMemory,
  };
}

const folder = await mkdtemp(join(tmpdir(), "facepipe-bench-audit-"));
const empty = await mkdtemp(join(tmpdir(), "facepipe-bench-audit-"));
const ceph = await startCeph();
try {
  const bucket = newBucketName();
  await fillFolder(folder);
  await fillBucket(ceph, bucket);
  const names = { folder: `a directory of ${numbers.files}`, ceph: `Ceph with ${numbers.objects}` };
  const results = await runRounds<Figure>(
    [
      { name: names.folder, run: () => auditOnce(numbers.files, {}, folder, empty) },
      {
        name: names.ceph,
        run: () => auditOnce(numbers.objects, ceph.env, `s3://${bucket}`, `s3://${bucket}/none`),
      },
    ],
    numbers.rounds,
  );
  const targets = [names.folder, names.ceph].flatMap((name) => [
    { what: `keys/s, ${name}`, value: results.get(name)?.rate.median ?? Number.NaN, atLeast: 16_667 },
    { what: `peak memory, MB, ${name}`, value: results.get(name)?.memory.most ?? Number.NaN, atMost: 150 },
  ]);
  report("audit: every face of four epochs", columns, results, targets, json);
} finally {
  for (const each of [folder, empty]) await rm(each, { recursive: true, force: true });
  await ceph.stop();
}
