import { setTimeout as delay } from "node:timers/promises";
import { descendants, type Memory, memory } from "../support/processes.ts";
import type { Program } from "../support/programs.ts";

export interface Sample extends Memory {
  /** Resident memory of the program's own process, MB. */
  readonly own: number;
  /** ... and of those that it has started. */
  readonly vision: number;
  /** Since the first sample, hours. */
  readonly hours: number;
}

/** What detect and its vision process hold, each second, for so many seconds. Rejects when it ends before that. */
export async function watchMemory(program: Program, seconds: number): Promise<Sample[]> {
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
