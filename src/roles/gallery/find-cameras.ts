import type { ChunkCache } from "./chunk-cache.ts";

/** Levels of sites above a camera that are looked into. */
const deepest = 4;
/** Folders that are looked into: a store may hold much else. */
const mostFolders = 2000;

/** The folders of cameras, sorted: those that have folders of years. Sites may be above them, in some levels. */
export async function findCameras(cache: ChunkCache, signal: AbortSignal): Promise<readonly string[]> {
  const cameras: string[] = [];
  let level = await cache.folders("", signal);
  let count = 0;
  for (let depth = 0; depth < deepest && level.length > 0 && count < mostFolders; depth++) {
    const looked = level.slice(0, mostFolders - count);
    count += looked.length;
    const inside = await Promise.all(looked.map((folder) => cache.folders(`${folder}/`, signal)));
    const next: string[] = [];
    for (const [index, folder] of looked.entries()) {
      const names = inside[index] ?? [];
      if (names.some((name) => /^\d{4}$/.test(name))) cameras.push(folder);
      else next.push(...names.map((name) => `${folder}/${name}`));
    }
    level = next;
  }
  return cameras.sort();
}
