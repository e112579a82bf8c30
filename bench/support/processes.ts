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

/** Whether a library or addon with `name` in its path is loaded in the process. */
export function hasLoaded(pid: number, name: string): boolean {
  return readFileSync(`/proc/${pid}/maps`, "utf8").includes(name);
}

function descendants(pid: number): number[] {
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
