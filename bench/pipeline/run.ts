import { setTimeout as delay } from "node:timers/promises";
import { type Ceph, newBucketName } from "../../test/support/ceph.ts";
import { startMosquitto } from "../../test/support/mosquitto.ts";
import { cpuSeconds, hasMapped, peakMemory } from "../support/processes.ts";
import { facepipeCommand, type Program, startProgram } from "../support/programs.ts";
import { median, quantile } from "../support/statistics.ts";
import { keyTemplate, StoredFaces } from "./stored.ts";

/** Timeout for the pipeline to start, and for the last faces to be stored, milliseconds. */
const timeout = 20_000;

export type Figure = "median" | "p99" | "most" | "frames" | "faces";

export interface Cost {
  readonly name: string;
  /** Peak of resident memory, MB. */
  readonly memory: number;
  /** CPU seconds per second of the run, its start included. */
  readonly cpu: number;
  readonly openCv: boolean;
}

/** Runs the whole pipeline, each role in its own process, for `seconds`; measures the age of each face when stored. */
export async function runPipeline(
  ceph: Ceph,
  seconds: number,
): Promise<{ readonly figures: Record<Figure, number>; readonly costs: Cost[] }> {
  const [edge, cloud] = [await startMosquitto({ maxQueued: 0 }), await startMosquitto({ maxQueued: 0 })];
  const programs = new Map<string, Program>();
  const start = (name: string, ...args: readonly string[]) => {
    const program = startProgram(facepipeCommand(name, ...args, "--log-format", "json"), ceph.env);
    programs.set(name, program);
    return program;
  };
  try {
    const begun = performance.now();
    const to = [
      "--to",
      `s3://${newBucketName()}`,
      "--create-bucket",
      "--path-style",
      "--object-key",
      keyTemplate,
    ];
    const store = start("store", "--broker", cloud.url, ...to, "--log-level", "debug");
    const stored = new StoredFaces(store.process.stderr);
    start("forward", "--from", edge.url, "--to", cloud.url);
    start("log", "--broker", edge.url);
    const failures = [...programs.values()].map(({ failed }) => failed);
    // Ready when the brokers have the subscriptions.
    const ready = [cloud.logged(/facepipe-store\S* \d faces/), edge.logged(/facepipe-forward\S* \d faces/)];
    await Promise.race([Promise.all(ready), rejectAfterTimeout("the pipeline did not start"), ...failures]);
    // An endless synthetic source is live: late frames are dropped, as with a camera.
    const detect = start("detect", "--camera", "synthetic", "--broker", edge.url, "--detector", "haar");
    await Promise.race([delay(seconds * 1000), detect.failed, ...failures]);
    const costs = [...programs].map(([name, { pid }]) =>
      costOf(name, pid, (performance.now() - begun) / 1000),
    );
    await detect.stop();
    const [, frames = 0, faces = 0] = /(\d+) frames, (\d+) faces/.exec(detect.log())?.map(Number) ?? [];
    const missing = rejectAfterTimeout(`${faces} faces were detected, but not all are stored`);
    await Promise.race([stored.until(faces), missing, ...failures]);
    const { ages } = stored;
    const figures = {
      median: median(ages),
      p99: quantile(ages, 0.99),
      most: Math.max(...ages),
      frames,
      faces,
    };
    return { figures, costs };
  } catch (error) {
    for (const [name, { log }] of programs) process.stderr.write(`log of ${name}:\n${log()}\n`);
    throw error;
  } finally {
    for (const program of programs.values()) await program.stop();
    await edge.stop();
    await cloud.stop();
  }
}

async function rejectAfterTimeout(what: string): Promise<never> {
  await delay(timeout, undefined, { ref: false });
  throw new Error(`${what} within ${timeout / 1000} s`);
}

function costOf(name: string, pid: number, elapsed: number): Cost {
  return {
    name,
    memory: peakMemory(pid),
    cpu: cpuSeconds(pid) / elapsed,
    openCv: hasMapped(pid, "opencv"),
  };
}
