import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { podman } from "./podman.ts";

const key = "facepipe.test";
const start = "facepipe-pods-";

/** All that a test run makes of podman's bears this label, with the number of its process. */
export const label = `${key}=${process.pid}`;

/** An empty folder whose name has that number, too. */
export function newFolder(parent: string): string {
  return mkdtempSync(join(parent, `${start}${process.pid}-`));
}

/** Removes what runs that were killed have left. */
export async function removeLeftOvers(): Promise<void> {
  const filter = ["--filter", `label=${key}`, "--format", "json"];
  const pods: Labelled[] = JSON.parse((await podman("pod", "ps", ...filter)) || "[]");
  const gone = pods.filter(isLeftOver).map(({ Name = "" }) => Name);
  if (gone.length > 0) await podman("pod", "rm", "--force", "--time", "0", ...gone);
  const networks: Labelled[] = JSON.parse((await podman("network", "ls", ...filter)) || "[]");
  const unused = networks.filter(isLeftOver).map(({ name = "" }) => name);
  if (unused.length > 0) await podman("network", "rm", "--force", ...unused);
  for (const parent of [tmpdir(), "/dev/shm"]) {
    const left = (name: string) => !isAlive(Number(name.slice(start.length).split("-")[0]));
    const folders = readdirSync(parent).filter((name) => name.startsWith(start) && left(name));
    for (const name of folders) rmSync(join(parent, name), { recursive: true, force: true });
  }
}

/** podman writes pods and networks differently. */
interface Labelled {
  readonly Name?: string;
  readonly name?: string;
  readonly Labels?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
}

function isLeftOver({ Labels, labels }: Labelled): boolean {
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
