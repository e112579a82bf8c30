import { readdirSync, readFileSync } from "node:fs";

/** Kernel clock ticks per second as /proc shows them: USER_HZ, 100 on every Linux. */
const ticksPerSecond = 100;

/** CPU seconds, user and system, that the processes and all their descendants, ended ones too, have used. Linux. */
export function cpuSeconds(...pids: readonly number[]): number {
  const all = pids.flatMap((pid) => [pid, ...descendants(pid)]);
  return all.map(ticks).reduce((sum, each) => sum + each, 0) / ticksPerSecond;
}

/** The most resident memory that the process has had, MB. */
export function peakMemory(pid: number): number {
  const [, kilobytes] = /^VmHWM:\s*(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) / 1024;
}

export interface Memory {
  /** Resident pages of all, MB: those that two share count twice. */
  readonly resident: number;
  /** The same with each page shared by so many counted by its part (proportional set size), MB. */
  readonly proportional: number;
}

/** What the processes hold. Linux. */
export function memory(...pids: readonly number[]): Memory {
  const rollups = pids.map((each) => readFileSync(`/proc/${each}/smaps_rollup`, "utf8"));
  const sum = (field: string) =>
    rollups.reduce((total, text) => {
      const [, kilobytes] = new RegExp(`^${field}:\\s*(\\d+) kB`, "m").exec(text) ?? [];
      return total + Number(kilobytes) / 1024;
    }, 0);
  return { resident: sum("Rss"), proportional: sum("Pss") };
}

/** Whether a library or addon with `name` in its path is loaded in the process. */
export function hasLoaded(pid: number, name: string): boolean {
  return readFileSync(`/proc/${pid}/maps`, "utf8").includes(name);
}

/** The children of a process, and theirs. Linux. */
export function descendants(pid: number): number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean).map(Number),
  );
  return children.flatMap((child) => [child, ...descendants(child)]);
}

/** utime, stime, and those of the children that it has waited for: fields 14 to 17 of proc_pid_stat(5). */
function ticks(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name before the last parenthesis may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields.slice(11, 15).reduce((sum, each) => sum + Number(each), 0);
}
