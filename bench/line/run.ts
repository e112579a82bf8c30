import { setTimeout as delay } from "node:timers/promises";
import { type Ceph, newBucketName } from "../../test/support/ceph.ts";
import { startMosquitto } from "../../test/support/mosquitto.ts";
import { runMeasured } from "../support/measure.ts";
import { cpuSeconds, hasLoaded, peakMemory } from "../support/processes.ts";
import { facepipeCommand, type Program, startProgram } from "../support/programs.ts";
import { median, quantile } from "../support/statistics.ts";
import { keyTemplate, Stored } from "./stored.ts";

/** What is late by more than this counts as lost, milliseconds. */
const patience = 20_000;

export type Figure = "median" | "p99" | "most" | "faces" | "lost";

export interface Cost {
  readonly name: string;
  /** Peak of resident memory, MB. */
  readonly memory: number;
  /** CPU seconds per second of the run, its start included. */
  readonly cpu: number;
  readonly openCv: boolean;
}

/** The whole line, each role a process of its own, for `seconds`: how old each face is when it is stored. */
export async function runLine(
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
    const to = ["--to", `s3://${newBucketName()}`, "--create-bucket", "--path-style", "--key", keyTemplate];
    const store = start("store", "--broker", cloud.url, ...to, "--log-level", "debug");
    const stored = new Stored(store.process.stderr);
    start("forward", "--from", edge.url, "--to", cloud.url);
    start("log", "--broker", edge.url);
    // They are ready when the brokers have their subscriptions.
    await Promise.all([cloud.logged(/facepipe-store\S* \d /), edge.logged(/facepipe-forward\S* \d /)]);
    const detect = await runMeasured(
      facepipeCommand(
        "detect",
        "--camera",
        `synthetic:seconds=${seconds}`,
        "--broker",
        edge.url,
        "--detector",
        "haar",
      ),
    );
    const faces = Number(/(\d+) faces/.exec(detect.stderr)?.[1]);
    await Promise.race([stored.until(faces), delay(patience, undefined, { ref: false }), store.failed]);
    const elapsed = (performance.now() - begun) / 1000;
    const costs = [...programs].map(([name, { pid }]) => ({
      name,
      memory: peakMemory(pid),
      cpu: cpuSeconds(pid) / elapsed,
      openCv: hasLoaded(pid, "opencv"),
    }));
    const { ages } = stored;
    const figures = {
      median: median(ages),
      p99: quantile(ages, 0.99),
      most: Math.max(...ages),
      faces,
      lost: faces - ages.length,
    };
    return { figures, costs };
  } finally {
    for (const program of programs.values()) await program.stop();
    await edge.stop();
    await cloud.stop();
  }
}
