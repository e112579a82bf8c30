import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { podman } from "./podman.ts";

const key = "facepipe.test";
const prefix = "facepipe-pods-";

/** The label of everything that a test run creates in podman, with its process ID. */
export const label = `${key}=${process.pid}`;

/** An empty folder whose name also contains the process ID. */
export function newFolder(parent: string): string {
  return mkdtempSync(join(parent, `${prefix}${process.pid}-`));
}

/** Removes what killed runs have left behind. */
export async function removeStale(): Promise<void> {
  const filter = ["--filter", `label=${key}`, "--format", "json"];
  const pods: Labelled[] = JSON.parse((await podman("pod", "ps", ...filter)) || "[]");
  const stalePods = pods.filter(isStale).map(({ Name = "" }) => Name);
  if (stalePods.length > 0) await podman("pod", "rm", "--force", "--time", "0", ...stalePods);
  const networks: Labelled[] = JSON.parse((await podman("network", "ls", ...filter)) || "[]");
  const staleNetworks = networks.filter(isStale).map(({ name = "" }) => name);
  if (staleNetworks.length > 0) await podman("network", "rm", "--force", ...staleNetworks);
  for (const parent of [tmpdir(), "/dev/shm"]) {
    const ownerEnded = (name: string) => !isAlive(Number(name.slice(prefix.length).split("-")[0]));
    const folders = readdirSync(parent).filter((name) => name.startsWith(prefix) && ownerEnded(name));
    for (const name of folders) rmSync(join(parent, name), { recursive: true, force: true });
  }
}

/** podman prints pods and networks with different keys. */
interface Labelled {
  readonly Name?: string | undefined;
  readonly name?: string | undefined;
  readonly Labels?: Readonly<Record<string, string>> | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

function isStale({ Labels, labels }: Labelled): boolean {
  return !isAlive(Number((Labels ?? labels)?.[key]));
}

function isAlive(owner: number): boolean {
  try {
    process.kill(owner, 0);
    return true;
  } catch {
    return false;
  }
}
