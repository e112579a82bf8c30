import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { promisify } from "node:util";
import type { Container } from "kubernetes-types/core/v1.js";
import { spawnWithUs } from "../support/commands.ts";
import { startFacepipe } from "../support/facepipe.ts";
import { emptyFolder } from "../support/folder.ts";
import { freePort } from "../support/ports.ts";
import { containersOf, type Pod, podsOf } from "./pods.ts";
import type { KubernetesObject } from "./render.ts";
import { below, environmentOf, writeVolumes } from "./settings.ts";

/** One side's manifests, and the local address for each of its broker addresses. */
export interface Side {
  readonly objects: readonly KubernetesObject[];
  readonly addresses: Readonly<Record<string, string>>;
}

/** A workload's pod and one of its containers. */
export function find({ objects }: Side, workload: string, name = workload): [Pod, Container] {
  const pod = podsOf(objects).find(({ owner }) => owner.metadata.name === workload);
  const container = pod && containersOf(pod).find((each) => each.name === name);
  if (!pod || !container) throw new Error(`there is no container ${workload}/${name}`);
  return [pod, container];
}

/** The container's environment, with its files below `root` and the side's local addresses. */
async function localEnvironment(side: Side, workload: string, name: string, root: string) {
  const [pod, container] = find(side, workload, name);
  await writeVolumes(root, container, pod, side.objects);
  const environment = below(root, environmentOf(container, pod, side.objects));
  const local = (value: string) => side.addresses[value] ?? value;
  return Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, local(value)]));
}

/** Runs the container's program without a container, as this user; `more` is appended to its arguments. */
export async function startContainer(
  t: TestContext,
  side: Side,
  workload: string,
  name = workload,
  more: readonly string[] = [],
) {
  const [, { args = [] }] = find(side, workload, name);
  const env = await localEnvironment(side, workload, name, emptyFolder(t));
  return startFacepipe(t, [...args, ...more], { env });
}

/** Starts Mosquitto with the side's mosquitto.conf, ACL, passwords and certificate; returns its port. */
export async function startBroker(t: TestContext, side: Side): Promise<number> {
  const root = emptyFolder(t);
  const [pod, broker] = find(side, "mosquitto");
  const [, prepare] = find(side, "mosquitto", "prepare");
  for (const container of [broker, prepare]) await writeVolumes(root, container, pod, side.objects);
  for (const folder of ["tmp", "mosquitto/data"]) await mkdir(join(root, folder), { recursive: true });
  const command = (prepare.args?.[0] ?? "").replaceAll(/([ >])(\/(secret|tmp|mosquitto)\/)/g, `$1${root}$2`);
  await promisify(execFile)("sh", ["-c", command]);
  const port = await freePort();
  const conf = join(root, "mosquitto/config/mosquitto.conf");
  // Publish $SYS every second instead of every 10, so that tests need not wait.
  const text = (await readFile(conf, "utf8"))
    .replace(/^listener .*/m, `listener ${port} 127.0.0.1\nuser ${userInfo().username}\nsys_interval 1`)
    // Both containers mount the prepared volume, at different paths.
    .replaceAll("/mosquitto/prepared/", `${root}/tmp/`)
    .replaceAll(" /mosquitto/", ` ${root}/mosquitto/`);
  await writeFile(conf, text);
  const child = spawnWithUs("mosquitto", ["-c", conf]);
  t.after(() => child.kill("SIGKILL"));
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (more: string) => (log += more));
  while (!/mosquitto version \S+ running/.test(log)) {
    await Promise.race([once(child.stderr, "data"), once(child, "close")]);
    if (child.exitCode !== null) throw new Error(`mosquitto ended: ${log}`);
  }
  return port;
}
