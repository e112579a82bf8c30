import { readFileSync } from "node:fs";
import { systemCode, systemReason } from "../base/system-errors.ts";

/** Byte order marks (Unicode 15, 23.8): Notepad and PowerShell write them. */
const marks = [
  { encoding: "utf-8", mark: Buffer.from([0xef, 0xbb, 0xbf]) },
  { encoding: "utf-16le", mark: Buffer.from([0xff, 0xfe]) },
  { encoding: "utf-16be", mark: Buffer.from([0xfe, 0xff]) },
] as const;

/**
 * The content of a file that an option names, without a byte order mark, and in UTF-8 when it was in UTF-16 with one.
 * Throws an Error that says why it cannot be read.
 */
export function readBytes(path: string): Buffer {
  const bytes = readFile(path);
  const found = marks.find(({ mark }) => bytes.subarray(0, mark.length).equals(mark));
  return found ? Buffer.from(decode(bytes, found.encoding)) : bytes;
}

/** The same as text; throws an Error also when it is not UTF-8. */
export function readTextFile(path: string): string {
  const text = decode(readBytes(path), "utf-8");
  if (text.includes("\0")) throw new Error(notText);
  return text;
}

const notText = "is not text in UTF-8, or in UTF-16 with a byte order mark: save it as UTF-8";

function decode(bytes: Buffer, encoding: "utf-8" | "utf-16le" | "utf-16be"): string {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new Error(notText);
  }
}

function readFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const code = systemCode(error);
    const reason = systemReason(code);
    throw new Error(`cannot be read (${code})${reason === undefined ? "" : `: ${reason}`}`);
  }
}
