import { startCeph } from "../test/support/ceph.ts";
import { measureHelp } from "./pipeline/help-time.ts";
import { type Cost, type Figure, runPipeline } from "./pipeline/run.ts";
import { readOptions } from "./support/command-line.ts";
import { type Columns, report, type Target } from "./support/report.ts";
import { runRounds } from "./support/rounds.ts";

const { numbers, json } = readOptions({ rounds: 1, seconds: 20 });
const { rounds, seconds } = numbers;

const columns: Columns<Figure> = {
  median: ["median ms", 0],
  p99: ["p99 ms", 0],
  most: ["most ms", 0],
  frames: ["frames", 0],
  faces: ["faces, all stored", 0],
};

const ceph = await startCeph();
let costs: Cost[] = [];
const run = async () => {
  const outcome = await runPipeline(ceph, seconds);
  costs = outcome.costs;
  return outcome.figures;
};
const results = await runRounds([{ name: "from capture to stored", run }], rounds).finally(() => ceph.stop());
const { help, empty } = await measureHelp(10);

const figures = results.get("from capture to stored");
const targets: Target[] = [
  { what: "median from capture to stored, ms", value: figures?.median.median ?? Number.NaN, atMost: 150 },
  {
    what: "99th percentile from capture to stored, ms",
    value: figures?.p99.median ?? Number.NaN,
    atMost: 400,
  },
  // Only detect's worker loads OpenCV.
  ...costs.flatMap(({ name, memory, openCv }) => [
    { what: `peak memory of ${name}, MB`, value: memory, atMost: 110 },
    { what: `OpenCV in ${name}`, value: openCv ? 1 : 0, atMost: 0 },
  ]),
  { what: `log --help, ms (an empty Node.js program: ${empty.toFixed(0)})`, value: help, atMost: 150 },
];
report(
  "pipeline: synthetic camera 640x480 at 30 frames/s -> detect -> Mosquitto -> forward -> Mosquitto -> store -> Ceph",
  columns,
  results,
  targets,
  json,
);
