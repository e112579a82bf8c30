import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { startCeph } from "../test/support/ceph.ts";
import { type Figure, storeOnce } from "./store/measure-store.ts";
import { boto3, facepipe } from "./store/stores.ts";
import { readOptions } from "./support/command-line.ts";
import { startProgram } from "./support/programs.ts";
import { type Columns, report } from "./support/report.ts";
import { runRounds } from "./support/rounds.ts";

const { numbers, json } = readOptions({ rounds: 3, objects: 3000, "slow-objects": 200, latency: 30 });
const { rounds, objects, latency } = numbers;

const columns: Columns<Figure> = {
  rate: ["objects/s", 0],
  cpu: ["CPU ms/object", 2],
  objects: ["in the bucket", 0],
};
const names = {
  python: "Python (paho, boto3)",
  facepipe: "facepipe store",
  farPython: `Python, ${latency} ms away`,
  farFacepipe: `facepipe, ${latency} ms away`,
};

const ceph = await startCeph();
const slowUplink = fileURLToPath(new URL("support/slow-uplink.ts", import.meta.url));
const gateway = new URL(ceph.endpoint).port;
const uplink = startProgram([process.execPath, "--import", "tsx", slowUplink, gateway, String(latency)]);
try {
  const [port] = await Promise.race([once(uplink.process.stdout, "data"), uplink.failed]);
  const near = ceph.endpoint;
  const far = `http://127.0.0.1:${Number(String(port))}`;
  const results = await runRounds(
    [
      { name: names.python, run: () => storeOnce(boto3, objects, ceph, near) },
      { name: names.facepipe, run: () => storeOnce(facepipe, objects, ceph, near) },
      { name: names.farPython, run: () => storeOnce(boto3, numbers["slow-objects"], ceph, far) },
      { name: names.farFacepipe, run: () => storeOnce(facepipe, objects, ceph, far) },
    ],
    rounds,
  );
  const of = (name: string, figure: Figure) => results.get(name)?.[figure].median ?? Number.NaN;
  const ratio = (one: string, other: string, figure: Figure) => of(one, figure) / of(other, figure);
  report(
    "store: queued face messages of 10 kB, from Mosquitto to objects in Ceph",
    columns,
    results,
    [
      {
        what: "objects/s of facepipe to Python",
        value: ratio(names.facepipe, names.python, "rate"),
        atLeast: 1.8,
      },
      {
        what: `objects/s of facepipe to Python, ${latency} ms away`,
        value: ratio(names.farFacepipe, names.farPython, "rate"),
        atLeast: 20,
      },
      {
        what: "CPU per object of facepipe to Python",
        value: ratio(names.facepipe, names.python, "cpu"),
        atMost: 1,
      },
    ],
    json,
  );
} finally {
  await uplink.stop();
  await ceph.stop();
}
