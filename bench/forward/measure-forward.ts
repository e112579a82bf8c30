import { type Mosquitto, startMosquitto } from "../../test/support/mosquitto.ts";
import { startMessageCounter } from "../support/message-counter.ts";
import { cpuSeconds } from "../support/processes.ts";
import type { Program } from "../support/programs.ts";

export const topic = "bench/backlog";
/** No queue limit, and as many messages in flight as facepipe forward requests: the brokers are not the bottleneck. */
export const unlimitedQueues = { maxQueued: 0, maxInflight: 1000 } as const;

/** The figures of one run of a forwarder. */
export type Figure = "steady" | "total" | "cpu" | "cpuWithBroker";

/** A broker with queued messages, and the function that starts forwarding them. */
export interface PreparedForwarder {
  readonly source: Mosquitto;
  /** Starts the forwarder; undefined for a bridge, which is the source broker itself. */
  start(target: Mosquitto): Promise<Program | undefined>;
}

/** Measures how `count` messages that are queued in one broker reach the other. */
export async function forwardOnce(
  count: number,
  prepare: () => Promise<PreparedForwarder>,
): Promise<Record<Figure, number>> {
  const { source, start } = await prepare();
  const target = await startMosquitto(unlimitedQueues);
  let forwarder: Program | undefined;
  try {
    const counter = await startMessageCounter(target, "bench/#", count);
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
