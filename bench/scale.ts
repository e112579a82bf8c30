import { cephMissing, startCeph } from "../test/support/ceph.ts";
import { newBucket, newDirectory } from "./scale/destination.ts";
import { cameras, type Figure, runScale } from "./scale/run.ts";
import { BenchmarkError } from "./support/benchmark-error.ts";
import { readOptions } from "./support/command-line.ts";
import { type Columns, report } from "./support/report.ts";
import { runRounds } from "./support/rounds.ts";
import { runBenchmark } from "./support/run-benchmark.ts";

const columns: Columns<Figure> = {
  rate: ["objects/s", 0],
  store: ["CPU ms/object: stores", 2],
  mosquitto: ["mosquitto", 2],
  gateway: ["radosgw", 2],
  storage: ["osd, mon", 2],
  sender: ["sender", 2],
  used: ["CPU % of these", 0],
  busy: ["of the machine", 0],
  median: ["median ms", 0],
  p99: ["p99 ms", 0],
  complete: ["complete s", 1],
  resent: ["sent again", 0],
  lost: ["lost", 0],
  doubled: ["doubled", 0],
};

const setups = [
  { name: "1 store", stores: 1, kill: false },
  { name: "2 stores", stores: 2, kill: false },
  { name: "4 stores", stores: 4, kill: false },
  { name: "4 stores, one killed", stores: 4, kill: true },
];

await runBenchmark(async () => {
  const { numbers, choices, json } = readOptions({ rounds: 1, objects: 4000 }, [], { to: ["s3", "file"] });
  const { rounds, objects } = numbers;
  const missing = choices.to === "file" ? undefined : cephMissing();
  if (missing !== undefined && choices.to === "s3") throw new BenchmarkError(`--to s3 ${missing}`);
  if (missing !== undefined) process.stderr.write(`the stores write to directories: Ceph ${missing}\n`);
  const ceph = choices.to === "file" || missing !== undefined ? undefined : await startCeph();
  try {
    const run = async (stores: number, kill: boolean) =>
      runScale({
        ...{ stores, kill, objects },
        destination: ceph ? await newBucket(ceph) : await newDirectory(),
        servers: ceph?.pids() ?? {},
      });
    const results = await runRounds(
      setups.map(({ name, stores, kill }) => ({ name, run: () => run(stores, kill) })),
      rounds,
    );
    const targets = setups.flatMap(({ name }) => [
      { what: `faces lost, ${name}`, value: results.get(name)?.lost.most ?? Number.NaN, atMost: 0 },
      { what: `faces doubled, ${name}`, value: results.get(name)?.doubled.most ?? Number.NaN, atMost: 0 },
    ]);
    const where = ceph ? "Ceph" : "a directory";
    const title = `scale: faces of ${cameras} cameras, one Mosquitto, a group of stores, ${where}; ${objects} faces`;
    report(title, columns, results, targets, json);
  } finally {
    await ceph?.stop();
  }
});
