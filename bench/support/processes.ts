import { readdirSync, readFileSync } from "node:fs";

/** USER_HZ, the clock ticks per second in /proc: 100 on every Linux. */
const ticksPerSecond = 100;

/** CPU seconds, user and system, of the processes and all their descendants, ended ones included. Linux. */
export function cpuSeconds(...pids: readonly number[]): number {
  const all = pids.flatMap((pid) => [pid, ...descendants(pid)]);
  return all.map(ticks).reduce((sum, each) => sum + each, 0) / ticksPerSecond;
}

/** Peak resident memory of the process, MB. */
export function peakMemory(pid: number): number {
  const [, kilobytes] = /^VmHWM:\s*(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) / 1024;
}

export interface Memory {
  /** Sum of the resident set sizes, MB: shared pages count once per process. */
  readonly resident: number;
  /** Sum of the proportional set sizes, MB: a page shared by n processes counts as 1/n in each. */
  readonly proportional: number;
}

/** The memory of the processes. Linux. */
export function memory(...pids: readonly number[]): Memory {
  const rollups = pids.map((each) => readFileSync(`/proc/${each}/smaps_rollup`, "utf8"));
  const sum = (field: string) =>
    rollups.reduce((total, text) => {
      const [, kilobytes] = new RegExp(`^${field}:\\s*(\\d+) kB`, "m").exec(text) ?? [];
      return total + Number(kilobytes) / 1024;
    }, 0);
  return { resident: sum("Rss"), proportional: sum("Pss") };
}

/** Whether the process has mapped a library or addon with `name` in its path. */
export function hasMapped(pid: number, name: string): boolean {
  return readFileSync(`/proc/${pid}/maps`, "utf8").includes(name);
}

/** The child processes of a process, and theirs. Linux. */
export function descendants(pid: number): number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean).map(Number),
  );
  return children.flatMap((child) => [child, ...descendants(child)]);
}

/** utime, stime, cutime and cstime: fields 14 to 17 of proc_pid_stat(5). */
function ticks(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name before the last parenthesis may contain spaces.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields.slice(11, 15).reduce((sum, each) => sum + Number(each), 0);
}
