import { cpus } from "node:os";
import { cpuSeconds } from "../support/processes.ts";

export interface CpuUse<N extends string> {
  readonly seconds: number;
  /** CPU seconds of the processes, by name. */
  readonly cpu: Readonly<Record<N | "sender", number>>;
  /** CPU time of our processes, and of everything on this machine, as shares of all its cores. */
  readonly ours: number;
  readonly machine: number;
}

interface Reading {
  readonly at: number;
  readonly byPid: ReadonlyMap<number, number>;
  readonly busy: number;
}

/** Measures the CPU time of processes, and of this process as `sender`, over a period. */
export class CpuMeter<N extends string> {
  readonly #pids: Readonly<Record<N | "sender", readonly number[]>>;
  /** A process that ended in the period counts with its last reading. */
  readonly #last = new Map<number, number>();

  constructor(pids: Readonly<Record<N, readonly number[]>>) {
    this.#pids = { ...pids, sender: [] } as Readonly<Record<N | "sender", readonly number[]>>;
  }

  /** Call it also before a process is killed. */
  read(): Reading {
    for (const pid of Object.values<readonly number[]>(this.#pids).flat()) {
      const seconds = attempt(() => cpuSeconds(pid));
      if (seconds !== undefined) this.#last.set(pid, seconds);
    }
    const { user, system } = process.cpuUsage();
    // 0 is no process.
    return {
      at: Date.now(),
      byPid: new Map([...this.#last, [0, (user + system) / 1e6]]),
      busy: machineSeconds(),
    };
  }

  use(from: Reading, to: Reading): CpuUse<N> {
    const spent = (pid: number) => (to.byPid.get(pid) ?? 0) - (from.byPid.get(pid) ?? 0);
    const names = Object.keys(this.#pids) as (N | "sender")[];
    const cpu = Object.fromEntries(
      names.map((name) => {
        const pids = name === "sender" ? [0] : this.#pids[name];
        return [name, pids.reduce((sum, pid) => sum + spent(pid), 0)];
      }),
    ) as Record<N | "sender", number>;
    const seconds = (to.at - from.at) / 1000;
    const available = seconds * cpus().length;
    const all = Object.values<number>(cpu).reduce((sum, each) => sum + each, 0);
    return { seconds, cpu, ours: all / available, machine: (to.busy - from.busy) / available };
  }
}

/** CPU seconds of all that ran on this machine since it started. */
function machineSeconds(): number {
  return cpus().reduce((sum, { times: { idle: _, ...busy } }) => {
    return sum + Object.values(busy).reduce((all, each) => all + each, 0) / 1000;
  }, 0);
}

/** Undefined when the process has ended. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
