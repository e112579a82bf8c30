import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder } from "../../base/user-folders.ts";
import { type ModelFile, yunetModel } from "./yunet-model.ts";

/** Models that came with the program: the build of the container image downloads one to here. */
export const besideProgram = fileURLToPath(new URL("../../../models", import.meta.url));

/** Where a downloaded model is stored, whether it exists or not. */
export function cachedModel(folder = cacheFolder(), model = yunetModel): string {
  return join(folder, model.name);
}

/** The path of a complete and undamaged copy of the model, or undefined. */
export async function findModel(
  folders = [besideProgram, cacheFolder()],
  model = yunetModel,
): Promise<string | undefined> {
  for (const folder of folders) {
    const path = cachedModel(folder, model);
    if (await isModel(path, model)) return path;
  }
  return undefined;
}

/** Whether the file at `path` is the model, byte for byte. */
export async function isModel(path: string, model: ModelFile): Promise<boolean> {
  try {
    if ((await stat(path)).size !== model.bytes) return false;
    return sha256(await readFile(path)) === model.sha256;
  } catch {
    // A file that we may not read is no use either; writing in its place reports why.
    return false;
  }
}

/** In lower-case hexadecimal. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
