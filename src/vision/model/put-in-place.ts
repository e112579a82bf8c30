import { randomUUID } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { systemCode } from "../../base/system-errors.ts";
import type { ModelFile } from "./model-file.ts";
import { isWhole, sha256 } from "./places.ts";

/**
 * Gives the bytes of the part file the name `goal` when they are the model; the part file is gone in either case.
 * @returns their SHA-256.
 */
export async function putInPlace(part: string, goal: string, model: ModelFile): Promise<string> {
  const bytes = await readFile(part).catch((error) => {
    // Another process that downloaded at the same time has been here.
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  });
  if (!bytes) return (await isWhole(goal, model)) ? model.sha256 : "";
  const found = sha256(bytes);
  if (found === model.sha256) await writeDurably(goal, bytes);
  await rm(part, { force: true });
  return found;
}

/** The very bytes that were checked: the part file may still be written by another process. */
async function writeDurably(path: string, bytes: Buffer): Promise<void> {
  const own = `${path}.${randomUUID()}`;
  try {
    await writeFile(own, bytes, { flush: true });
    await rename(own, path);
  } finally {
    await rm(own, { force: true });
  }
}
