import { type Mosquitto, startMosquitto } from "../../test/support/mosquitto.ts";
import { startCounter } from "../support/message-counter.ts";
import { cpuSeconds } from "../support/processes.ts";
import type { Program } from "../support/programs.ts";

export const topic = "bench/backlog";
/** No queue limit, and as many in flight as facepipe forward asks for: the brokers hold nobody back. */
export const generous = { maxQueued: 0, maxInflight: 1000 } as const;

/** The figures of one run of a forwarder. */
export type Figure = "steady" | "total" | "cpu" | "cpuWithBroker";

/** A broker with a backlog, and how its forwarding is begun. */
export interface Prepared {
  readonly source: Mosquitto;
  /** Starts what forwards; a bridge is the source broker itself and has no process of its own. */
  start(target: Mosquitto): Promise<Program | undefined>;
}

/** Measures how `count` messages that wait in one broker get to the other. */
export async function forwardOnce(
  count: number,
  prepare: () => Promise<Prepared>,
): Promise<Record<Figure, number>> {
  const { source, start } = await prepare();
  const target = await startMosquitto(generous);
  let forwarder: Program | undefined;
  try {
    const counter = await startCounter(target, "bench/#", count);
    const started = Date.now();
    forwarder = await start(target);
    const pids = {
      own: [forwarder?.pid ?? source.pid ?? 0],
      all: [forwarder?.pid, source.pid].filter(isPid),
    };
    const cpu = () => ({ own: cpuSeconds(...pids.own), all: cpuSeconds(...pids.all) });
    const inTime = <T>(promise: Promise<T>) =>
      Promise.race([promise, ...(forwarder ? [forwarder.failed] : [])]);
    await inTime(counter.begun);
    const before = cpu();
    const { first, last } = await inTime(counter.counted);
    const after = cpu();
    const per10000 = 10_000 / count;
    return {
      steady: (count - 1) / ((last - first) / 1000),
      total: count / ((last - started) / 1000),
      cpu: (after.own - before.own) * per10000,
      cpuWithBroker: (after.all - before.all) * per10000,
    };
  } finally {
    await forwarder?.stop();
    await source.stop();
    await target.stop();
  }
}

function isPid(pid: number | undefined): pid is number {
  return pid !== undefined;
}
