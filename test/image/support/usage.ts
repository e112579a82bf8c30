import { readdirSync, readFileSync } from "node:fs";
import type { Pod } from "./pod.ts";

export interface Usage {
  /** Sum of the resident set sizes, MB: shared pages count once per process. */
  readonly resident: number;
  /** Sum of the proportional set sizes, MB: a page shared by n processes counts as 1/n in each. */
  readonly proportional: number;
  /** CPU time since the start, seconds, ended child processes included. */
  readonly cpu: number;
}

/** The current usage of all processes of these pods. */
export async function usageOf(pods: readonly Pod[]): Promise<Usage> {
  const roots = (await Promise.all(pods.map((pod) => pod.processes()))).flat();
  const usages = withDescendants(roots).map(usageOfProcess);
  const sum = (key: keyof Usage) => usages.reduce((total, usage) => total + usage[key], 0);
  return { resident: sum("resident"), proportional: sum("proportional"), cpu: sum("cpu") };
}

function withDescendants(roots: readonly number[]): number[] {
  const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const parents = new Map(all.map((name) => [Number(name), Number(statOf(Number(name))[1])]));
  const found = [...roots];
  for (const parent of found) {
    for (const [process, its] of parents) if (its === parent) found.push(process);
  }
  return found;
}

function usageOfProcess(process: number): Usage {
  const lines = read(process, "smaps_rollup");
  const megabytes = (name: string) =>
    Number(lines.match(new RegExp(`^${name}:\\s+(\\d+)`, "m"))?.[1] ?? 0) / 1024;
  // utime, stime, cutime and cstime; 100 ticks a second on every Linux.
  const ticks = statOf(process).slice(11, 15).map(Number);
  const cpu = ticks.reduce((sum, value) => sum + value, 0) / 100;
  return { resident: megabytes("Rss"), proportional: megabytes("Pss"), cpu };
}

/** The fields of /proc/PID/stat after the name, which may contain spaces: state, parent ... */
function statOf(process: number): string[] {
  return read(process, "stat")
    .replace(/^.*\) /s, "")
    .split(" ");
}

/** Empty when the process has just ended. */
function read(process: number, file: string): string {
  try {
    return readFileSync(`/proc/${process}/${file}`, "utf8");
  } catch {
    return "";
  }
}
