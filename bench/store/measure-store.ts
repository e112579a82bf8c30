import type { Ceph } from "../../test/support/ceph.ts";
import { type Mosquitto, startMosquitto } from "../../test/support/mosquitto.ts";
import { Bucket } from "../support/bucket.ts";
import { publishFaces } from "../support/faces.ts";
import { cpuSeconds } from "../support/processes.ts";
import type { Program } from "../support/programs.ts";
import { createSession } from "../support/queued-messages.ts";

export const clientId = "bench-store";
export const topic = "bench/faces";

export type Figure = "rate" | "cpu" | "objects";

export interface Job {
  readonly broker: Mosquitto;
  readonly bucket: string;
  /** The S3 endpoint that the store uses. */
  readonly endpoint: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface Store {
  readonly protocol: "5" | "3.1.1";
  start(job: Job): Program;
  /** The object key of a message. */
  key(epoch: string, seq: number): string;
}

/** Messages stored before the measurement starts, as a share of those measured: the JIT compiler warms up. */
const warmUp = 1 / 3;

/** Measures how `count` queued messages become objects; `endpoint` may be a slow uplink to the gateway. */
export async function storeOnce(
  store: Store,
  count: number,
  ceph: Ceph,
  endpoint: string,
): Promise<Record<Figure, number>> {
  const broker = await startMosquitto({ maxQueued: 0, maxInflight: 1000 });
  const bucket = new Bucket(ceph);
  let program: Program | undefined;
  try {
    await bucket.create();
    await createSession(broker, clientId, topic, store.protocol);
    const early = Math.ceil(count * warmUp);
    const epoch = await publishFaces(broker.url, topic, early + count);
    program = store.start({ broker, bucket: bucket.name, endpoint, env: ceph.env });
    const measured = measure(program, bucket, (seq) => store.key(epoch, seq), early, early + count);
    return await Promise.race([measured, program.failed]);
  } finally {
    await program?.stop();
    bucket.close();
    await broker.stop();
  }
}

/** Measures from object number `early` to the last, number `all`; a store runs for months, so its start does not count. */
async function measure(
  { pid }: Program,
  bucket: Bucket,
  key: (seq: number) => string,
  early: number,
  all: number,
): Promise<Record<Figure, number>> {
  await bucket.has(key(early));
  const before = { cpu: cpuSeconds(pid), at: Date.now() };
  // Listing is work for the gateway: only when nearly all objects are written.
  await bucket.has(key(all));
  const times = await bucket.full(all);
  const cpu = cpuSeconds(pid) - before.cpu;
  const written = times.filter((time) => time > before.at).length;
  const seconds = ((times.at(-1) ?? Number.NaN) - before.at) / 1000;
  return { rate: written / seconds, cpu: (cpu * 1000) / written, objects: times.length };
}
