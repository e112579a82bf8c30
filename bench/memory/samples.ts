import { setTimeout as delay } from "node:timers/promises";
import { descendants, type Memory, memory } from "../support/processes.ts";
import type { Program } from "../support/programs.ts";

export interface Sample extends Memory {
  /** Resident memory of the program's own process, MB. */
  readonly own: number;
  /** Resident memory of its child processes (the vision worker), MB. */
  readonly vision: number;
  /** Time since the start, hours. */
  readonly hours: number;
}

/** Samples the memory of detect and its vision worker each second, for `seconds`. Rejects when detect ends earlier. */
export async function sampleMemory(program: Program, seconds: number): Promise<Sample[]> {
  const samples: Sample[] = [];
  const begun = performance.now();
  for (let second = 1; second <= seconds; second++) {
    await Promise.race([delay(begun + second * 1000 - performance.now()), program.failed]);
    const hours = (performance.now() - begun) / 3_600_000;
    const [own, children] = [program.pid, descendants(program.pid)];
    const parts = { own: memory(own).resident, vision: memory(...children).resident };
    samples.push({ hours, ...parts, ...memory(own, ...children) });
  }
  return samples;
}
