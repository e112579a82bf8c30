import { type FileHandle, open } from "node:fs/promises";
import type { Entry } from "./entry.ts";
import { FileWindow } from "./file-window.ts";
import { readHead, readPayload, readPrefix } from "./record.ts";

/** Written at once, bytes. */
const writeBytes = 1024 * 1024;

export interface Rewritten {
  /** Entries whose record is damaged. */
  readonly damaged: Entry[];
  /** Of each entry's record in the new file. */
  readonly offsets: number[];
  /** Of the new file, bytes. */
  readonly size: number;
}

/** Writes `start` and the records of `entries`, in order of their offsets, to a new file and makes it durable. */
export async function rewriteSegment(
  path: string,
  target: string,
  start: Buffer,
  entries: readonly Entry[],
): Promise<Rewritten> {
  const source = await open(path, "r");
  try {
    const file = await open(target, "w");
    try {
      return await copy(new FileWindow(source), file, start, entries);
    } finally {
      await file.close();
    }
  } finally {
    await source.close();
  }
}

async function copy(
  source: FileWindow,
  file: FileHandle,
  start: Buffer,
  entries: readonly Entry[],
): Promise<Rewritten> {
  const damaged: Entry[] = [];
  const offsets: number[] = [];
  let [pieces, bytes, size] = [[start], start.length, start.length];
  const write = async () => {
    await file.writeFile(Buffer.concat(pieces));
    [pieces, bytes] = [[], 0];
  };
  for (const { offset, length } of entries) {
    const record = await source.at(offset, length);
    if (!isIntact(record, length)) damaged.push(entries[offsets.length] as Entry);
    offsets.push(size);
    pieces.push(Buffer.from(record));
    bytes += length;
    size += length;
    if (bytes >= writeBytes) await write();
  }
  await write();
  await file.datasync();
  return { damaged, offsets, size };
}

function isIntact(record: Buffer, length: number): boolean {
  const prefix = readPrefix(record);
  if (prefix?.length !== length || record.length !== length) return false;
  return (
    readHead(record.subarray(0, prefix.headBytes)) !== undefined &&
    readPayload(record, prefix.headBytes) !== undefined
  );
}
