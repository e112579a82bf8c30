import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CleanUp } from "./clean-up.ts";
import { shell, undoAtEnd } from "./guarded-command.ts";

/** The disk of the spool. */
export interface SpoolDisk {
  /** The folder for `--spool`. */
  readonly folder: string;
  /** Takes all free space; undefined on a disk that others use too. */
  readonly ballast: { fill(): Promise<void>; remove(): Promise<void> } | undefined;
}

/** A file system in memory of its own when this process may mount one, else a folder in `folder`. */
export async function prepareSpoolDisk(folder: string, cleanUp: CleanUp): Promise<SpoolDisk> {
  const disk = join(folder, "disk");
  const spool = join(disk, "spool");
  await mkdir(disk);
  const isMounted = await shell(`mount -t tmpfs -o size=${megabytes}m tmpfs '${disk}'`).then(
    () => true,
    () => false,
  );
  if (!isMounted) return { folder: spool, ballast: undefined };
  cleanUp.add(undoAtEnd(`umount -l '${disk}'`));
  const file = join(disk, "ballast");
  return {
    folder: spool,
    ballast: { fill: () => fill(file), remove: () => rm(file, { force: true }) },
  };
}

/** Enough for the backlog of some hours at 60 faces a second. */
const megabytes = 512;

async function fill(file: string): Promise<void> {
  for (const bytes of [2 ** 20, 2 ** 12]) {
    const chunk = Buffer.alloc(bytes);
    while (await append(file, chunk));
  }
}

/** Returns false when there was no space for the whole chunk. */
async function append(file: string, chunk: Buffer): Promise<boolean> {
  return writeFile(file, chunk, { flag: "a" }).then(
    () => true,
    () => false,
  );
}
