import { setMaxListeners } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomFrom } from "../src/vision/worker/synthetic/random.ts";
import { hasOption } from "../test/drill/audit.ts";
import { syntheticCamera } from "../test/drill/camera.ts";
import { CleanUp } from "../test/drill/clean-up.ts";
import { type DrillResult, runDrill } from "../test/drill/drill.ts";
import type { Fault } from "../test/drill/faults.ts";
import { medianRecoveries } from "../test/drill/recovery.ts";
import { makeSchedule, type ScheduledFault } from "../test/drill/schedule.ts";
import { MemorySampler, type MemoryUse } from "./drill/memory.ts";
import { type DrillOptions, readDrillOptions } from "./drill/options.ts";
import { drainedAfterOutage, growthFailures, outageBase, outageSchedule } from "./drill/outage.ts";
import { reportDrill } from "./drill/report.ts";
import { BenchmarkError } from "./support/benchmark-error.ts";
import { findSharedData } from "./support/data.ts";
import { runBenchmark } from "./support/run-benchmark.ts";

/** Time without faults at the end, seconds. */
const calm = 10;
/** Until a process that was started again has the size that it should keep, seconds. */
const warmUp = 15;

await runBenchmark(async () => {
  const options = readDrillOptions();
  const { scenario, minutes, seed, to, facesPerSecond } = options;
  const isOutage = scenario === "outage";
  const spool = options.spool && (await hasOption("detect", "--spool"));
  if (options.spool && !spool) say("this build has no detect --spool: faces will be lost");
  const folder = await mkdtemp(join(tmpdir(), "facepipe-drill-"));
  say(`seed ${seed}, logs in ${folder}`);
  const cleanUp = new CleanUp();
  const stopped = new AbortController();
  // Each fault that waits for its time listens.
  setMaxListeners(0, stopped.signal);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(signal, () => stopped.abort(new BenchmarkError(`stopped by ${signal}`)));
  let sampler: MemorySampler | undefined;
  let passed = false;
  try {
    const result = await runDrill(
      {
        ...{ to, spool, folder, progress: say },
        camera: syntheticCamera(facesPerSecond, findSharedData("models/yunet_n_dynamic.onnx")),
        seconds: (isOutage ? outageBase : 0) + minutes * 60 + calm,
        catchUpSeconds: isOutage ? 900 : 180,
        plan: (possible, skipped) => plan(options, possible, skipped),
        onStarted: (pipeline) => {
          sampler = new MemorySampler(pipeline);
        },
      },
      cleanUp,
      stopped.signal,
    );
    sampler?.stop();
    passed = await finish(options, result, sampler?.uses(isOutage ? outageBase : warmUp) ?? []);
  } catch (error) {
    // What was waiting when the signal came rejects with an AbortError.
    throw stopped.signal.aborted ? stopped.signal.reason : error;
  } finally {
    sampler?.stop();
    await cleanUp.run();
    if (passed && !options.keep) await rm(folder, { recursive: true, force: true });
    else say(`the logs are in ${folder}`);
  }
  // A closed server may still have connections.
  process.exit(passed ? 0 : 1);
});

function plan(
  { scenario, minutes, faults: wanted, seed, rate, overlap, longest }: DrillOptions,
  possible: readonly Fault[],
  skipped: readonly string[],
): ScheduledFault[] {
  for (const each of skipped) say(`skipped: ${each}`);
  if (scenario === "outage") return outageSchedule(possible, minutes * 60);
  const unknown = wanted?.filter((name) => !possible.some((fault) => fault.name === name)) ?? [];
  if (unknown.length > 0) {
    const names = possible.map(({ name }) => name).join(", ");
    throw new BenchmarkError(`--faults: ${unknown.join(", ")} cannot happen here; possible are ${names}`);
  }
  const faults = possible.filter(({ name }) => wanted?.includes(name) ?? true);
  const schedule = makeSchedule(faults, { seconds: minutes * 60, rate, overlap, longest }, randomFrom(seed));
  for (const { fault, at, seconds } of schedule)
    say(`planned: ${at.toFixed(1)} s ${fault.name} for ${seconds.toFixed(1)} s`);
  return schedule;
}

/** Prints and writes the results; returns whether the drill passed. */
async function finish(
  { scenario, seed, json }: DrillOptions,
  result: DrillResult,
  memory: readonly MemoryUse[],
): Promise<boolean> {
  const isOutage = scenario === "outage";
  const failures = [...result.failures, ...(isOutage ? growthFailures(memory) : [])];
  const complete = { ...result, failures, medians: medianRecoveries(result.recoveries) };
  process.stdout.write(`${reportDrill(complete, memory).join("\n")}\n`);
  const drained = isOutage ? drainedAfterOutage(result) : undefined;
  if (drained) {
    const { faces, seconds, facesPerSecond } = drained;
    process.stdout.write(
      `after the outage ${faces} faces were stored in ${seconds.toFixed(1)} s; with the new ones ` +
        `${facesPerSecond.toFixed(1)} faces/s\n`,
    );
  }
  const { faces: _, ...figures } = complete;
  if (json !== undefined)
    await writeFile(json, `${JSON.stringify({ seed, ...figures, drained, memory }, undefined, 2)}\n`);
  return failures.length === 0;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
