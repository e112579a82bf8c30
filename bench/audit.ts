import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { startCeph } from "../test/support/ceph.ts";
import { fillBucket, fillDirectory } from "./audit/fill.ts";
import { StoredKeys } from "./audit/stored-keys.ts";
import { Bucket } from "./support/bucket.ts";
import { readOptions } from "./support/command-line.ts";
import { runMeasured } from "./support/measure.ts";
import { facepipeCommand } from "./support/programs.ts";
import { type Columns, report } from "./support/report.ts";
import { runRounds } from "./support/rounds.ts";
import { runBenchmark } from "./support/run-benchmark.ts";

type Figure = "seconds" | "rate" | "cpu" | "memory";

const columns: Columns<Figure> = {
  seconds: ["seconds", 1],
  rate: ["keys/s", 0],
  cpu: ["CPU us/key", 1],
  memory: ["peak memory, MB", 0],
};

interface Audited {
  readonly missing: number;
  readonly epochs: readonly { readonly camera: string; readonly stored: number; readonly missing: unknown }[];
}

/** Seconds without what an audit of `empty` takes: the start of the program. */
async function auditOnce(
  count: number,
  keys: StoredKeys,
  env: Readonly<Record<string, string>>,
  from: string,
  empty: string,
): Promise<Record<Figure, number>> {
  const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const run = (store: string) => {
    const command = facepipeCommand("audit", "--from", store, "--path-style", "--json");
    // 1: faces are missing.
    return runMeasured(["/usr/bin/env", ...settings, ...command], [0, 1]);
  };
  const [start, whole] = [await run(empty), await run(from)];
  const { epochs }: Audited = JSON.parse(whole.stdout);
  const found = epochs.map(({ camera, stored, missing }) => [camera, { stored, missing }]);
  if (!isDeepStrictEqual(Object.fromEntries(found), keys.expected))
    throw new Error(`audit found ${JSON.stringify(found)}, not ${JSON.stringify(keys.expected)}`);
  const seconds = whole.seconds - start.seconds;
  return {
    seconds,
    rate: count / seconds,
    cpu: ((whole.cpuSeconds - start.cpuSeconds) / count) * 1e6,
    memory: whole.peakMemory,
  };
}

await runBenchmark(async () => {
  const { numbers, json } = readOptions({ rounds: 3, files: 1_000_000, objects: 1_000_000 });
  const { files, objects } = numbers;
  const folder = await mkdtemp(join(tmpdir(), "facepipe-bench-audit-"));
  const empty = await mkdtemp(join(tmpdir(), "facepipe-bench-audit-"));
  const ceph = await startCeph();
  const bucket = new Bucket(ceph);
  try {
    const [inFolder, inBucket] = [new StoredKeys(files), new StoredKeys(objects)];
    process.stderr.write(`writing ${objects} entries to the index of a bucket\n`);
    await fillBucket(ceph, bucket, inBucket);
    process.stderr.write(`writing ${files} empty files\n`);
    await fillDirectory(folder, inFolder);
    const names = { folder: `a directory of ${files}`, ceph: `Ceph with ${objects}` };
    const url = `s3://${bucket.name}`;
    const results = await runRounds<Figure>(
      [
        { name: names.folder, run: () => auditOnce(files, inFolder, {}, folder, empty) },
        { name: names.ceph, run: () => auditOnce(objects, inBucket, ceph.env, url, `${url}/none`) },
      ],
      numbers.rounds,
    );
    const targets = [names.folder, names.ceph].flatMap((name) => [
      { what: `keys/s, ${name}`, value: results.get(name)?.rate.median ?? Number.NaN, atLeast: 16_667 },
      { what: `peak memory, MB, ${name}`, value: results.get(name)?.memory.most ?? Number.NaN, atMost: 150 },
    ]);
    report("audit: every face of four epochs, a few of them missing", columns, results, targets, json);
  } finally {
    for (const each of [folder, empty]) await rm(each, { recursive: true, force: true });
    bucket.close();
    await ceph.stop();
  }
});
