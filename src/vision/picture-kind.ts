import { closeSync, openSync, readSync } from "node:fs";
import { foreignFormats } from "../face/picture.ts";

/** By the first bytes, as the formats' specifications have them: a name may be wrong. */
const kinds = [
  { name: "PNG", starts: /^.PNG\r\n/s },
  { name: "JPEG", starts: /^\xff\xd8\xff/ },
  { name: "PNM", starts: /^P[1-6][\s#]/ },
  { name: "JPEG 2000", starts: /^.{4}jP {2}/s },
  ...foreignFormats,
] as const;

export type PictureKind = (typeof kinds)[number]["name"];

/**
 * What a file contains: a kind of picture, "video" for a container of videos, or undefined for anything else and for a
 * file that cannot be read, which whoever opens it reports. Not for a pipe: it would wait for a writer.
 */
export function readKind(path: string): PictureKind | "video" | undefined {
  try {
    return kindOf(readStart(path));
  } catch {
    return undefined;
  }
}

/** The same of what begins with these bytes, as Latin-1 text. */
export function kindOf(start: string): PictureKind | "video" | undefined {
  return kinds.find(({ starts }) => starts.test(start))?.name ?? (isVideo(start) ? "video" : undefined);
}

function readStart(path: string): string {
  const bytes = Buffer.alloc(32);
  const file = openSync(path, "r");
  try {
    return bytes.toString("latin1", 0, readSync(file, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(file);
  }
}

/** MP4 and QuickTime, Matroska and WebM, AVI. */
function isVideo(start: string): boolean {
  return /^(.{4}(ftyp|moov|mdat|wide)|.E\xdf\xa3|RIFF.{4}AVI )/s.test(start);
}
