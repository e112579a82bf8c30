import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import envPaths from "env-paths";
import { type ModelFile, yunetModel } from "./model-file.ts";

/** A model that came with the program: a container image gets it there when it is built. */
export const besideProgram = fileURLToPath(new URL("../../../models", import.meta.url));

/** Where this system keeps what can be fetched again: `~/.cache/facepipe` ($XDG_CACHE_HOME), `~/Library/Caches/facepipe`. */
export function cacheFolder(): string {
  return envPaths("facepipe", { suffix: "" }).cache;
}

/** Where a downloaded model is kept, be it there or not. */
export function cachedModel(folder = cacheFolder(), model = yunetModel): string {
  return join(folder, model.name);
}

/** The path of a model that is at hand, complete and undamaged, or undefined. */
export async function findModel(
  folders = [besideProgram, cacheFolder()],
  model = yunetModel,
): Promise<string | undefined> {
  for (const folder of folders) {
    const path = cachedModel(folder, model);
    if (await isWhole(path, model)) return path;
  }
  return undefined;
}

/** True when the file at `path` is the model, byte for byte. */
export async function isWhole(path: string, model: ModelFile): Promise<boolean> {
  try {
    if ((await stat(path)).size !== model.bytes) return false;
    return sha256(await readFile(path)) === model.sha256;
  } catch {
    // One that we may not read is not at hand either; why not is told by who must write in its place.
    return false;
  }
}

/** In lower-case hexadecimal. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
