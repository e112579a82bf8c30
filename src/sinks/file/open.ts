import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { refused, type UserError } from "../../base/errors.ts";
import { systemCode } from "../../base/system-errors.ts";
import { fileReason } from "./errors.ts";

/** Below the root, so that it is on the same file system and a finished file only changes its name. */
export const temporaryFolder = ".facepipe-tmp";

const day = 24 * 60 * 60 * 1000;

/** Makes the directory if it is missing and proves that it takes files; rejects with a UserError. */
export async function openDirectory(root: string): Promise<void> {
  const folder = join(root, temporaryFolder);
  try {
    await mkdir(folder, { recursive: true });
    await removeStale(folder);
    await writeOne(join(folder, randomUUID()));
  } catch (error) {
    throw openError(root, error);
  }
}

/** Left behind by a run that was killed; a day, because another process may be at work in the same directory. */
async function removeStale(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const { mtimeMs } = await stat(path).catch(goneMeanwhile);
    if (mtimeMs < Date.now() - day) await rm(path, { force: true });
  }
}

function goneMeanwhile(error: unknown): { mtimeMs: number } {
  if (systemCode(error) !== "ENOENT") throw error;
  return { mtimeMs: Number.POSITIVE_INFINITY };
}

/** Rights alone prove little: root passes every check, and a read-only mount or a full disk refuses all the same. */
async function writeOne(path: string): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile("x");
    await file.sync();
  } finally {
    await file.close();
    await rm(path, { force: true });
  }
}

function openError(root: string, error: unknown): UserError {
  const code = systemCode(error);
  if (code === "EEXIST" || code === "ENOTDIR") {
    return refused(`${root} is not a directory`, "Name another one with --to, or move the file away", error);
  }
  const remedy =
    code === "ENOSPC" || code === "EDQUOT"
      ? "Make room, or name another directory with --to"
      : "Give this user the right to write there, or name another directory with --to";
  return refused(`cannot write in ${root}: ${fileReason(error)}`, remedy, error);
}
