import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { readOptions } from "./support/command-line.ts";
import { type Columns, report } from "./support/report.ts";
import { runRounds } from "./support/rounds.ts";
import { runBenchmark } from "./support/run-benchmark.ts";

type Figure = "rate" | "cpu" | "memory";

const columns: Columns<Figure> = {
  rate: ["faces/s", 0],
  cpu: ["CPU ms/face", 3],
  memory: ["MB more memory", 0],
};
const storages = { spool: "facepipe spool", lmdb: "LMDB", files: "a file per face" };
type Name = keyof typeof storages;

const loads = [3000, 10_000].flatMap((bytes) => [1, 64].map((atOnce) => ({ bytes, atOnce })));
type Load = (typeof loads)[number];

const rowName = (name: Name, { bytes, atOnce }: Load) =>
  `${storages[name]}, ${bytes / 1000} kB, ${atOnce} at once`;
const program = fileURLToPath(new URL("spool/run-storage.ts", import.meta.url));

/** Runs one storage in a process of its own and an empty directory. */
async function runOnce(name: Name, { bytes, atOnce }: Load, faces: number): Promise<Record<Figure, number>> {
  const directory = await mkdtemp(join(tmpdir(), "facepipe-bench-"));
  try {
    const command = ["--expose-gc", "--import", "tsx", program, name, directory];
    const sizes = [bytes, atOnce, faces].map(String);
    const { stdout } = await promisify(execFile)(process.execPath, [...command, ...sizes]);
    return JSON.parse(stdout);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

await runBenchmark(async () => {
  const { numbers, json } = readOptions({ rounds: 3, faces: 6000 });
  const { rounds, faces } = numbers;
  const implementations = loads.flatMap((load) =>
    (Object.keys(storages) as Name[]).map((name) => ({
      name: rowName(name, load),
      run: () => runOnce(name, load, faces),
    })),
  );
  const results = await runRounds(implementations, rounds);
  const of = (name: Name, load: Load, figure: Figure) =>
    results.get(rowName(name, load))?.[figure].median ?? Number.NaN;
  const targets = loads.flatMap((load) => {
    const what = `${load.bytes / 1000} kB, ${load.atOnce} at once`;
    const ratio = (other: Name, figure: Figure) => of("spool", load, figure) / of(other, load, figure);
    const own = [
      { what: `faces/s of ${what}`, value: of("spool", load, "rate"), atLeast: 2000 },
      { what: `CPU ms per face of ${what}`, value: of("spool", load, "cpu"), atMost: 0.2 },
    ];
    if (load.atOnce === 1) return own;
    return [
      ...own,
      { what: `faces/s of ${what} to a file per face`, value: ratio("files", "rate"), atLeast: 3 },
      { what: `faces/s of ${what} to LMDB`, value: ratio("lmdb", "rate"), atLeast: 0.8 },
    ];
  });
  report("spool: faces that are durable on this disk", columns, results, targets, json);
});
