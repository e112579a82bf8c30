/**
 * `npm run fuzz`: checks all properties with random values. `--runs N` cases in all (a million), `--seed N`, `--only TEXT`
 * for the properties whose names contain it, `--path P` to repeat one failure.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { properties, withCases } from "./properties.ts";
import { check, type Property } from "./property.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "1000000" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    only: { type: "string", default: "" },
    path: { type: "string" },
  },
});
const { only, path } = values;
const [runs, seed] = [Number(values.runs), Number(values.seed)];
if (!(runs >= 1) || !Number.isInteger(seed)) throw new Error("--runs and --seed must be whole numbers");

/** A check keeps something of each of its cases; so no check has more. */
const casesAtOnce = 2000;
/** What may be left of a run, bytes: regular expressions that were compiled, and the like. */
const mostGrowth = 32 * 2 ** 20;

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

/** Bytes in use after collections: what is only weakly held, and compiled code, goes with a later one. */
async function heap(): Promise<number> {
  for (let nth = 0; nth < 8; nth++) {
    collectGarbage();
    await nextTurn();
  }
  return process.memoryUsage().heapUsed;
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

/** Checks one property in parts with a seed each; returns its number of cases and what failed. */
function run(property: Property, wanted: number) {
  let cases = 0;
  for (let part = 0; cases < wanted; part++) {
    const outcome = check(property, { seed: seed + part, runs: Math.min(casesAtOnce, wanted - cases), path });
    cases += outcome.cases;
    if (outcome.failure !== undefined) return { cases, failure: outcome.failure };
    if (path !== undefined) break;
  }
  return { cases, failure: undefined };
}

const chosen = properties.filter(({ name }) => name.includes(only));
if (chosen.length === 0) throw new Error(`no property has a name with ${only}`);
// The first run of each loads and compiles what it needs.
for (const property of path === undefined ? chosen : []) check(property, { seed, runs: 100 });
const before = await heap();
console.log(`${runs} cases, seed ${seed}, heap ${megabytes(before)}`);
const failures: string[] = [];
let all = 0;
const started = performance.now();
for (const { property, runs: wanted } of withCases(runs, chosen)) {
  const began = performance.now();
  const { cases, failure } = run(property, wanted);
  all += cases;
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(
    `${failure === undefined ? "ok  " : "FAIL"} ${String(cases).padStart(8)} ${seconds.padStart(6)} s  ${property.name}`,
  );
  if (failure !== undefined) failures.push(failure);
}
const after = await heap();
const seconds = Math.round((performance.now() - started) / 1000);
console.log(
  `${all} cases in ${seconds} s, ${failures.length} failures, heap ${megabytes(before)} at the start, ${megabytes(after)} at the end`,
);
if (after - before > mostGrowth) failures.push(`the heap has grown by ${megabytes(after - before)}`);
for (const failure of failures) console.error(`\n${failure}`);
process.exitCode = failures.length > 0 ? 1 : 0;
