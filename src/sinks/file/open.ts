import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { systemCode } from "../../base/system-errors.ts";
import { fileOpenError } from "./errors.ts";

/** Below the root, so that it is on the same file system and a complete file only needs a rename. */
export const temporaryFolder = ".facepipe-tmp";

const day = 24 * 60 * 60 * 1000;

/** Creates the directory if it is missing and checks that it is writable; rejects with a UserError. */
export async function openDirectory(root: string): Promise<void> {
  const folder = join(root, temporaryFolder);
  try {
    await mkdir(folder, { recursive: true });
    await removeStale(folder);
    await writeTestFile(join(folder, randomUUID()));
  } catch (error) {
    throw fileOpenError(error, root);
  }
}

/** Files of a killed run; only after a day, because another process may be writing to the same directory. */
async function removeStale(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const { mtimeMs } = await stat(path).catch(ignoreMissing);
    if (mtimeMs < Date.now() - day) await rm(path, { force: true });
  }
}

function ignoreMissing(error: unknown): { mtimeMs: number } {
  if (systemCode(error) !== "ENOENT") throw error;
  return { mtimeMs: Number.POSITIVE_INFINITY };
}

/** Permissions alone prove little: root passes every check, and a read-only mount or a full disk still refuses. */
export async function writeTestFile(path: string, bytes = 1): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(Buffer.alloc(bytes));
    await file.sync();
  } finally {
    await file.close();
    await rm(path, { force: true });
  }
}
