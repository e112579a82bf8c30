import type { FileHandle } from "node:fs/promises";
import { FileWindow } from "./file-window.ts";
import { magic, prefixBytes, readHead, readPayload, readPrefix } from "./record.ts";

export interface ScannedRecord {
  readonly kind: "record";
  readonly offset: number;
  readonly length: number;
  /** Of its prefix and header. */
  readonly headBytes: number;
  readonly type: number;
  readonly header: unknown;
}

export interface Damage {
  readonly kind: "damage";
  readonly offset: number;
  readonly length: number;
  /** Of the records in it whose header can be read, and whose payload is damaged. */
  readonly heads: readonly { readonly type: number; readonly header: unknown }[];
  /** The file ends within its only record, or in zeros, as after a crash during a write. */
  readonly isCutOff: boolean;
}

/** Search for a record goes on by this much, bytes. */
const searchBytes = 64 * 1024;

/**
 * Reads a segment from its start to `size`. After damaged bytes it continues at the next record that is complete and
 * whose two CRCs are right.
 */
export async function* scanSegment(file: FileHandle, size: number): AsyncGenerator<ScannedRecord | Damage> {
  const window = new FileWindow(file);
  let damagedFrom: number | undefined;
  let heads: Damage["heads"][number][] = [];
  let isFirstCut = false;
  for (let offset = 0; offset < size; ) {
    const found = await readAt(window, offset, size);
    if (found.kind === "record") {
      if (damagedFrom !== undefined)
        yield { kind: "damage", offset: damagedFrom, length: offset - damagedFrom, heads, isCutOff: false };
      damagedFrom = undefined;
      heads = [];
      yield found;
      offset += found.length;
    } else {
      if (damagedFrom === undefined) isFirstCut = found.kind === "cut";
      damagedFrom ??= offset;
      if (found.head) heads.push(found.head);
      offset = await findMagic(window, offset + found.skip, size);
    }
  }
  if (damagedFrom === undefined) return;
  // What cannot be read is not cut off: it must not be removed.
  const isCutOff = !window.hasErrors && (isFirstCut || (await isZero(window, damagedFrom, size)));
  yield { kind: "damage", offset: damagedFrom, length: size - damagedFrom, heads, isCutOff };
}

interface Fault {
  /** "cut": the record is longer than the file. */
  readonly kind: "cut" | "bad";
  readonly head?: Damage["heads"][number] | undefined;
  /** Bytes in which no other record can begin. */
  readonly skip: number;
}

async function readAt(window: FileWindow, offset: number, size: number): Promise<ScannedRecord | Fault> {
  const start = await window.at(offset, prefixBytes);
  const prefix = readPrefix(start);
  if (!prefix) {
    const isStart = start.length < prefixBytes && magic.indexOf(start.subarray(0, magic.length)) === 0;
    return { kind: isStart ? "cut" : "bad", skip: 1 };
  }
  const { headBytes, length } = prefix;
  if (offset + headBytes > size) return { kind: "cut", skip: 1 };
  const head = readHead(await window.at(offset, headBytes));
  if (!head) return { kind: "bad", skip: 1 };
  // Lengths are trusted from here on: the header's CRC covers them.
  if (offset + length > size) return { kind: "cut", head, skip: headBytes };
  if (!readPayload(await window.at(offset, length), headBytes)) return { kind: "bad", head, skip: headBytes };
  return { kind: "record", offset, length, headBytes, ...head };
}

/** The offset of the next magic, or `size`. */
async function findMagic(window: FileWindow, from: number, size: number): Promise<number> {
  for (let offset = from; offset < size; offset += searchBytes) {
    // A magic may lie across the border of two pieces.
    const found = (await window.at(offset, searchBytes + magic.length - 1)).indexOf(magic);
    if (found >= 0) return offset + found;
  }
  // The first bytes of a magic at the very end are part of the damage.
  return size;
}

async function isZero(window: FileWindow, from: number, size: number): Promise<boolean> {
  for (let offset = from; offset < size; offset += searchBytes) {
    const piece = await window.at(offset, Math.min(searchBytes, size - offset));
    if (piece.some((byte) => byte !== 0)) return false;
  }
  return true;
}
