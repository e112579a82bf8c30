import { v7 as uuidv7 } from "uuid";

/** An epoch is named by a UUIDv7 of its own: made once for each camera when detect starts. */
export function newEpoch(): string {
  return uuidv7();
}

/** What an id says about its face. */
export interface FaceIdParts {
  /** When the face was captured, milliseconds since 1970. */
  readonly capturedAt: number;
  /** The epoch's tag, see `epochTag`. */
  readonly tag: string;
  readonly seq: number;
}

/**
 * The tag of an epoch: its last 42 bits, as 11 hexadecimal digits of which the first is at most 3. They are random in a
 * UUIDv7, so the epochs of one store differ in them.
 */
export function epochTag(epoch: string): string {
  const digits = epoch.replaceAll("-", "").slice(-11).toLowerCase();
  return (Number.parseInt(digits.charAt(0), 16) & 3).toString(16) + digits.slice(1);
}

/**
 * The id of a face: a UUIDv7 whose bits after the time are not random (RFC 9562, 5.7 and 6.2 leave them to the maker):
 * 48 bits of milliseconds, version, 12 bits of the epoch's tag, variant, the other 30 bits of the tag, and 32 bits of
 * the sequence number. So the key alone says which face of which epoch an object is.
 */
export function faceId(capturedAt: number, epoch: string, seq: number): string {
  const tag = BigInt(`0x${epochTag(epoch)}`);
  const time = BigInt(Math.max(0, Math.floor(capturedAt))) & 0xffff_ffff_ffffn;
  const high = (time << 16n) | 0x7000n | (tag >> 30n);
  const low = (0b10n << 62n) | ((tag & 0x3fff_ffffn) << 32n) | BigInt(seq);
  const hex = high.toString(16).padStart(16, "0") + low.toString(16).padStart(16, "0");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** Reads an id that `faceId` made; undefined for other text. */
export function readFaceId(id: string): FaceIdParts | undefined {
  const match =
    /^([0-9a-f]{8})-([0-9a-f]{4})-7([0-9a-f]{3})-([89ab][0-9a-f]{3})-([0-9a-f]{4})([0-9a-f]{8})$/i.exec(id);
  if (!match) return undefined;
  const [, seconds = "", milliseconds = "", tagStart = "", variant = "", tagEnd = "", seq = ""] = match;
  const tag = (BigInt(`0x${tagStart}`) << 30n) | ((BigInt(`0x${variant}${tagEnd}`) & 0x3fff_ffffn) as bigint);
  return {
    capturedAt: Number.parseInt(seconds + milliseconds, 16),
    tag: tag.toString(16).padStart(11, "0"),
    seq: Number.parseInt(seq, 16),
  };
}
