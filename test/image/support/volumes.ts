import { chmod, chown, mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { PodSpec, Volume } from "kubernetes-types/core/v1.js";
import type { Objects } from "./objects.ts";
import { filesOf } from "./volume-files.ts";

/** The folders for volumes: on disk, in memory, and those that outlive their pod. */
export interface VolumeFolders {
  readonly disk: string;
  readonly memory: string;
  readonly claims: string;
}

export interface PreparedVolume {
  readonly folder: string;
  /** True for ConfigMaps and Secrets. */
  readonly readOnly: boolean;
}

/**
 * Creates the volumes of one pod as folders of this machine, with the owners that the kubelet sets: root and, if the pod
 * has an `fsGroup`, that group, which may read and, in a writable volume, write.
 */
export async function prepareVolumes(
  spec: PodSpec,
  podName: string,
  claims: ReadonlyMap<string, string>,
  objects: Objects,
  folders: VolumeFolders,
): Promise<Map<string, PreparedVolume>> {
  const group = spec.securityContext?.fsGroup;
  const prepared = new Map<string, PreparedVolume>();
  for (const [name, claim] of claims) prepared.set(name, await claimedVolume(claim, group, folders));
  for (const volume of spec.volumes ?? []) {
    prepared.set(volume.name, await prepare(volume, podName, group, objects, folders));
  }
  return prepared;
}

async function prepare(
  volume: Volume,
  podName: string,
  group: number | undefined,
  objects: Objects,
  folders: VolumeFolders,
): Promise<PreparedVolume> {
  const { name, emptyDir, persistentVolumeClaim: claim } = volume;
  if (emptyDir) {
    const folder = join(emptyDir.medium === "Memory" ? folders.memory : folders.disk, podName, name);
    await createWritable(folder, 0o777, group);
    return { folder, readOnly: false };
  }
  if (claim) {
    if (!objects.find("PersistentVolumeClaim", claim.claimName)) {
      throw new Error(`there is no PersistentVolumeClaim ${claim.claimName} in ${objects.namespace}`);
    }
    return { ...(await claimedVolume(claim.claimName, group, folders)), readOnly: claim.readOnly ?? false };
  }
  const folder = join(folders.memory, podName, name);
  await mkdir(folder, { recursive: true });
  for (const [path, { content, mode }] of filesOf(volume, objects)) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
    await chmod(file, group === undefined ? mode : mode | 0o440);
  }
  if (group !== undefined) await setGroup(folder, group, 0);
  return { folder, readOnly: true };
}

/** As strict as any storage class: without fsGroup only root may write. */
async function claimedVolume(
  claim: string,
  group: number | undefined,
  folders: VolumeFolders,
): Promise<PreparedVolume> {
  const folder = join(folders.claims, claim);
  await createWritable(folder, 0o755, group);
  return { folder, readOnly: false };
}

async function createWritable(folder: string, mode: number, group: number | undefined): Promise<void> {
  await mkdir(folder, { recursive: true });
  await chmod(folder, mode);
  if (group !== undefined) await setGroup(folder, group, 0o060);
}

/** Sets the group and adds mode bits, recursively; folders get setgid, so that new files inherit the group. */
async function setGroup(folder: string, group: number, bits: number): Promise<void> {
  const inside = await readdir(folder, { recursive: true });
  for (const path of [folder, ...inside.map((name) => join(folder, name))]) {
    const found = await stat(path);
    await chown(path, found.uid, group);
    await chmod(
      path,
      found.isDirectory() ? (found.mode & 0o777) | 0o2050 | bits : (found.mode & 0o777) | bits,
    );
  }
}
