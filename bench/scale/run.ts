import { within } from "../../src/base/time.ts";
import { audit } from "../../test/drill/audit.ts";
import { checkStore, sizeOf } from "../../test/drill/check.ts";
import { faceOfKey } from "../../test/drill/stored-faces.ts";
import { startMosquitto } from "../../test/support/mosquitto.ts";
import { BenchmarkError } from "../support/benchmark-error.ts";
import { facepipeCommand, type Program, startProgram } from "../support/programs.ts";
import { quantile } from "../support/statistics.ts";
import { CpuMeter } from "./cpu-meter.ts";
import type { Destination } from "./destination.ts";
import { Sender } from "./sender.ts";

export type Figure =
  | "rate"
  | "store"
  | "mosquitto"
  | "gateway"
  | "storage"
  | "sender"
  | "used"
  | "busy"
  | "median"
  | "p99"
  | "complete"
  | "resent"
  | "lost"
  | "doubled";

type Server = "radosgw" | "ceph-osd" | "ceph-mon";
type Process = "store" | "mosquitto" | Server;

export interface ScaleRun {
  readonly stores: number;
  /** One store is killed in the middle of the faces, and stays away. */
  readonly kill: boolean;
  /** Faces that count. */
  readonly objects: number;
  readonly destination: Destination;
  /** Processes behind the destination: they cost CPU time, too. */
  readonly servers: Readonly<Record<string, number>>;
}

export const cameras = 4;
/**
 * More faces than four stores take at once (128 each): they always have work, and so the latency is mostly that of this
 * queue.
 */
const window = 600;
/**
 * With a dead store: as the shortest wait of detect, milliseconds. Otherwise nothing is lost, and a machine that is busy
 * with other work must not repeat faces that merely wait.
 */
const repeatAfter = { dead: 5000, alive: 60_000 };
/** Faces that are stored before the measurement, as a share of those that count: the JIT compiler warms up. */
const warmUp = 1 / 4;
/** The rate and CPU times are those until this share is confirmed: the last faces do not keep all stores busy. */
const measuredShare = 0.9;
/** When one store is killed: at this share. */
const killShare = 0.4;
/** Until all faces are confirmed, milliseconds: a face that was assigned to a dead store is sent again within minutes. */
const timeout = 600_000;

/** Runs a group of stores behind one Mosquitto until they have stored every face. */
export async function runScale(run: ScaleRun): Promise<Record<Figure, number>> {
  const broker = await startMosquitto({ maxQueued: 0, maxInflight: 1000 });
  const stores = Array.from({ length: run.stores }, (_, index) =>
    startStore(broker.url, index, run.destination),
  );
  let sender: Sender | undefined;
  try {
    const subscribed = stores.map((_, index) =>
      broker.logged(new RegExp(`${clientId(index)} \\d \\$share/`)),
    );
    await Promise.race([Promise.all(subscribed), ...stores.map(({ failed }) => failed)]);
    sender = await Sender.connect(broker.url, {
      cameras,
      window,
      repeatAfter: run.kill ? repeatAfter.dead : repeatAfter.alive,
    });
    const meter = new CpuMeter({
      store: stores.map(({ pid }) => pid),
      mosquitto: [broker.pid ?? 0],
      ...serverPids(run.servers),
    });
    // The store that is killed may end; the others must not.
    const failed = stores.slice(run.kill ? 1 : 0).map((store) => store.failed);
    const measured = measure(run, sender, meter, () => stores[0]?.process.kill("SIGKILL"));
    const figures = await within(timeout, Promise.race([measured, ...failed]), undefined);
    if (figures) return figures;
    const log = stores.map((store) => store.log()).join("\n");
    throw new BenchmarkError(`${sender.confirmed} faces were stored within ${timeout / 1000} s:\n${log}`);
  } finally {
    sender?.close();
    for (const store of stores) await store.stop();
    await broker.stop();
    await run.destination.remove();
  }
}

async function measure(
  { objects, kill, destination }: ScaleRun,
  sender: Sender,
  meter: CpuMeter<Process>,
  killOne: () => void,
): Promise<Record<Figure, number>> {
  const perCamera = Math.ceil(objects / cameras);
  const early = Math.ceil(perCamera * warmUp);
  sender.send(early);
  await sender.untilConfirmed(early * cameras);
  const begun = meter.read();
  sender.send(perCamera);
  const confirmed = (share: number) => sender.untilConfirmed((early + perCamera * share) * cameras);
  if (kill) {
    await confirmed(killShare);
    meter.read();
    killOne();
    if (sender.confirmed === (early + perCamera) * cameras)
      throw new BenchmarkError("all faces were stored before a store was killed", "Choose more --objects");
  }
  await confirmed(measuredShare);
  const ended = meter.read();
  await confirmed(1);
  const complete = (Date.now() - begun.at) / 1000;
  await sender.endEpochs();

  const written = await destination.objects();
  const counted = [{ startedAt: 0, faces: early + perCamera }];
  const keys = async () => written.map(({ key }) => key);
  const check = await checkStore({ keys, read: (key) => destination.read(key) }, counted);
  const audited = await audit(destination);
  const lost = check.lost.reduce((sum, each) => sum + sizeOf(each), 0);
  if (check.stored + lost !== (early + perCamera) * cameras)
    throw new Error(`${check.stored} of ${(early + perCamera) * cameras} faces are stored, ${lost} lost`);
  if (
    audited.missing !== lost ||
    audited.doubled !== check.doubled ||
    audited.complete !== (lost + check.doubled === 0)
  )
    throw new Error(`audit says ${audited.missing} missing, ${audited.doubled} doubled`);

  const inPeriod = written.filter(({ writtenAt }) => writtenAt > begun.at && writtenAt <= ended.at).length;
  const { seconds, cpu, ours, machine } = meter.use(begun, ended);
  const ages = written.flatMap(({ key, writtenAt }) => {
    const face = faceOfKey(key);
    return face && face.seq > early ? [writtenAt - face.capturedAt] : [];
  });
  const perObject = (name: Process | "sender") => ((cpu[name] ?? 0) * 1000) / inPeriod;
  return {
    rate: inPeriod / seconds,
    store: perObject("store"),
    mosquitto: perObject("mosquitto"),
    gateway: perObject("radosgw"),
    storage: perObject("ceph-osd") + perObject("ceph-mon"),
    sender: perObject("sender"),
    used: ours * 100,
    busy: machine * 100,
    median: quantile(ages, 0.5),
    p99: quantile(ages, 0.99),
    complete,
    resent: sender.resent,
    lost,
    doubled: check.doubled,
  };
}

function startStore(url: string, index: number, { store: { args, env } }: Destination): Program {
  const group = ["--share", "scale", "--client-id", clientId(index)];
  return startProgram(facepipeCommand("store", "--broker", url, ...group, ...args), env);
}

function clientId(index: number): string {
  return `bench-scale-${index}`;
}

function serverPids(servers: ScaleRun["servers"]): Record<Server, number[]> {
  const of = (name: Server) => (servers[name] === undefined ? [] : [servers[name]]);
  return { radosgw: of("radosgw"), "ceph-osd": of("ceph-osd"), "ceph-mon": of("ceph-mon") };
}
