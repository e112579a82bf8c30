import { crc32 } from "node:zlib";

/**
 * One record of a segment:
 *
 *     0  magic           4 bytes
 *     4  type            u32, see recordTypes
 *     8  header length   u32
 *     12 payload length  u32
 *     16 payload CRC-32  u32
 *     20 header CRC-32   u32, of bytes 4 to 19 and the header
 *     24 header          JSON
 *        payload
 *
 * The header has a CRC of its own so that a face whose picture is damaged can still be named.
 */
export const recordTypes = { face: 1, epoch: 2 } as const;

export const magic = Buffer.from([0xfa, 0x53, 0x50, 0x01]);
export const prefixBytes = 24;
/** Larger ones are not ours: the length itself is damaged. */
const mostHeaderBytes = 256 * 1024;

export interface EncodedRecord {
  readonly parts: readonly Buffer[];
  /** Of all parts, bytes. */
  readonly length: number;
}

const noPayload = Buffer.alloc(0);

export function encodeRecord(type: number, header: object, payload: Buffer = noPayload): EncodedRecord {
  const json = Buffer.from(JSON.stringify(header));
  const head = Buffer.allocUnsafe(prefixBytes + json.length);
  magic.copy(head);
  head.writeUInt32LE(type, 4);
  head.writeUInt32LE(json.length, 8);
  head.writeUInt32LE(payload.length, 12);
  head.writeUInt32LE(crc32(payload), 16);
  json.copy(head, prefixBytes);
  head.writeUInt32LE(headerCrc(head), 20);
  const parts = payload.length > 0 ? [head, payload] : [head];
  return { parts, length: head.length + payload.length };
}

export interface RecordPrefix {
  /** Of prefix and header together, bytes. */
  readonly headBytes: number;
  /** Of the whole record, bytes. */
  readonly length: number;
}

/** The lengths in the first bytes of a record; undefined when these are not one. They are not verified yet. */
export function readPrefix(bytes: Buffer): RecordPrefix | undefined {
  if (bytes.length < prefixBytes || bytes.compare(magic, 0, magic.length, 0, magic.length) !== 0)
    return undefined;
  const headerBytes = bytes.readUInt32LE(8);
  if (headerBytes > mostHeaderBytes) return undefined;
  const headBytes = prefixBytes + headerBytes;
  return { headBytes, length: headBytes + bytes.readUInt32LE(12) };
}

/** The type and header in a record's prefix and header; undefined when they are damaged. */
export function readHead(head: Buffer): { readonly type: number; readonly header: unknown } | undefined {
  if (head.readUInt32LE(20) !== headerCrc(head)) return undefined;
  try {
    return { type: head.readUInt32LE(4), header: JSON.parse(head.toString("utf8", prefixBytes)) };
  } catch {
    return undefined;
  }
}

/** The payload of a complete record whose head is verified; undefined when it is damaged. */
export function readPayload(record: Buffer, headBytes: number): Buffer | undefined {
  const payload = record.subarray(headBytes);
  return crc32(payload) === record.readUInt32LE(16) ? payload : undefined;
}

function headerCrc(head: Buffer): number {
  return crc32(head.subarray(prefixBytes), crc32(head.subarray(4, 20)));
}
