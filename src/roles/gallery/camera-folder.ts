import type { ObjectStore } from "../../sinks/object-store.ts";
import type { ChunkCache } from "./chunk-cache.ts";
import type { KeyLayout } from "./key-layout.ts";

/** A stored face as its key describes it. */
export interface StoredFace {
  readonly key: string;
  readonly folder: string;
  /** Milliseconds since 1970. */
  readonly capturedAt: number;
}

/** What faces are newer than: those of this time are before it when their key sorts before `key`. */
export interface Position {
  readonly time: number;
  readonly key: string;
}

/** Negative when `a` is shown before `b`: the newest first, and a fixed order of those of one time. */
export function newestFirst(a: Position, b: Position): number {
  return b.time - a.time || (a.key < b.key ? 1 : a.key > b.key ? -1 : 0);
}

export interface StoreReader {
  readonly store: ObjectStore;
  readonly layout: KeyLayout;
  readonly cache: ChunkCache;
}

/** The faces of one camera, newest first, from this position on. Reads as many folders as are asked for. */
export async function* facesOf(
  reader: StoreReader,
  folder: string,
  from: Position,
  signal: AbortSignal,
): AsyncGenerator<StoredFace> {
  for await (const day of daysOf(reader, folder, from.time, signal)) {
    let before = `${day}${reader.layout.nameAfter(from.time)}`;
    const isFirst = day === dayFolder(folder, from.time);
    if (!isFirst) before = `${day}~`;
    for (;;) {
      const keys = await reader.cache.keysBefore(day, before, signal);
      for (const key of keys) {
        const face = readFace(reader.layout, key, folder);
        if (face && newestFirst(from, { time: face.capturedAt, key }) < 0) yield face;
      }
      const last = keys.at(-1);
      if (last === undefined) break;
      before = last;
    }
  }
}

function readFace({ read }: KeyLayout, key: string, folder: string): StoredFace | undefined {
  const parts = read(key);
  if (parts.kind !== "face" || parts.capturedAt === undefined) return undefined;
  return { key, folder, capturedAt: parts.capturedAt };
}

/** The folders of days up to the one of this time, newest first. */
async function* daysOf(
  { cache }: StoreReader,
  folder: string,
  until: number,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const last = dayFolder(folder, until);
  for (const year of await numbered(cache, `${folder}/`, /^\d{4}$/, signal)) {
    if (year > last) continue;
    for (const month of await numbered(cache, year, /^\d\d$/, signal)) {
      if (month > last) continue;
      for (const day of await numbered(cache, month, /^\d\d$/, signal)) if (day <= last) yield day;
    }
  }
}

function dayFolder(folder: string, time: number): string {
  return `${folder}/${new Date(time).toISOString().slice(0, 10).replaceAll("-", "/")}/`;
}

async function numbered(
  cache: ChunkCache,
  prefix: string,
  pattern: RegExp,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const names = await cache.folders(prefix, signal);
  const wanted = names.filter((name) => pattern.test(name));
  return wanted.reverse().map((name) => `${prefix}${name}/`);
}
