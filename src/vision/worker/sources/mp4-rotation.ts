import { closeSync, fstatSync, openSync, readSync } from "node:fs";

export type Rotation = 0 | 90 | 180 | 270;

/** A box of the file: its type, and where its contents are. */
interface Box {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

/** No file of a camera has more boxes in one place; a damaged one may seem to. */
const mostBoxes = 10_000;

/**
 * By how many degrees clockwise the pictures of an MP4 or QuickTime file must be turned to stand upright, from the matrix
 * in its track header (ISO/IEC 14496-12, 8.3.2); undefined when it is no such file. A phone writes pictures as its sensor
 * sees them. OpenCV turns them by itself, but some versions (4.6) the wrong way, and what its property says differs too.
 */
export function readRotation(path: string): Rotation | undefined {
  try {
    return readTracks(path);
  } catch {
    // Without permission, for example: OpenCV does not open it either, and that is reported.
    return undefined;
  }
}

function readTracks(path: string): Rotation | undefined {
  const file = openSync(path, "r");
  try {
    const movie = find(file, { type: "", start: 0, end: fstatSync(file).size }, "moov");
    if (!movie) return undefined;
    for (const track of boxesIn(file, movie)) {
      const header = track.type === "trak" ? find(file, track, "tkhd") : undefined;
      const media = header && find(file, track, "mdia");
      const handler = media && find(file, media, "hdlr");
      if (handler && read(file, handler.start + 8, 4).toString("latin1") === "vide")
        return rotationIn(read(file, header.start, Math.min(100, header.end - header.start)));
    }
    return undefined;
  } finally {
    closeSync(file);
  }
}

/** Of the matrix (a b u, c d v, x y w), which has a = cos and b = sin of the angle. */
function rotationIn(header: Buffer): Rotation {
  const at = header[0] === 1 ? 52 : 40;
  if (header.length < at + 8) return 0;
  const degrees = (Math.atan2(header.readInt32BE(at + 4), header.readInt32BE(at)) * 180) / Math.PI;
  return ((Math.round(degrees / 90) * 90 + 360) % 360 || 0) as Rotation;
}

function find(file: number, within: Box, type: string): Box | undefined {
  for (const box of boxesIn(file, within)) if (box.type === type) return box;
  return undefined;
}

function* boxesIn(file: number, { start, end }: Box): Generator<Box> {
  let at = start;
  for (let count = 0; count < mostBoxes && at + 8 <= end; count++) {
    const head = read(file, at, 16);
    if (head.length < 8) return;
    const type = head.toString("latin1", 4, 8);
    const short = head.readUInt32BE(0);
    // 1: the size follows in 8 bytes; 0: to the end.
    const isLong = short === 1 && head.length === 16;
    const size = isLong ? Number(head.readBigUInt64BE(8)) : short === 0 ? end - at : short;
    const contents = at + (isLong ? 16 : 8);
    if (at + size < contents || at + size > end) return;
    yield { type, start: contents, end: at + size };
    at += size;
  }
}

function read(file: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(file, bytes, 0, length, position));
}
