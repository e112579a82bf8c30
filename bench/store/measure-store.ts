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
  /** Where the store reaches S3. */
  readonly endpoint: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface Store {
  readonly protocol: "5" | "3.1.1";
  start(job: Job): Program;
  /** The key that it gives to a message. */
  key(epoch: string, seq: number): string;
}

/** So many more, of those counted, are stored before the clock starts: time for a just-in-time compiler. */
const warmUp = 1 / 3;

/** Measures how `count` messages that wait in a broker become objects; `endpoint` may be a slow line to the gateway. */
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
    const watched = watch(program, bucket, (seq) => store.key(epoch, seq), early, early + count);
    return await Promise.race([watched, program.failed]);
  } finally {
    await program?.stop();
    bucket.close();
    await broker.stop();
  }
}

/** What it does from the `early`th object to the last, the `all`th; a store runs for months, so its start is left out. */
async function watch(
  { pid }: Program,
  bucket: Bucket,
  key: (seq: number) => string,
  early: number,
  all: number,
): Promise<Record<Figure, number>> {
  await bucket.has(key(early));
  const before = { cpu: cpuSeconds(pid), at: Date.now() };
  // Listing is work for the gateway: only when nearly all is there.
  await bucket.has(key(all));
  const times = await bucket.full(all);
  const cpu = cpuSeconds(pid) - before.cpu;
  const meanwhile = times.filter((time) => time > before.at).length;
  const seconds = ((times.at(-1) ?? Number.NaN) - before.at) / 1000;
  return { rate: meanwhile / seconds, cpu: (cpu * 1000) / meanwhile, objects: times.length };
}
