// JPEG, ITU-T T.81 annex B: markers 0xFF 0xNN; all but a few are followed by a two-byte length (itself included).
const marker = { soi: 0xd8, eoi: 0xd9, sos: 0xda, app0: 0xe0, com: 0xfe } as const;

export function isJpeg(payload: Buffer): boolean {
  return payload[0] === 0xff && payload[1] === marker.soi && payload[2] === 0xff;
}

/** The same picture with a comment segment (COM): keyword, NUL, text; after JFIF's APP0, which must be first. */
export function addJpegComment(jpeg: Buffer, keyword: string, text: string): Buffer {
  const comment = Buffer.from(`${keyword}\0${text}`);
  const head = Buffer.from([0xff, marker.com, 0, 0]);
  head.writeUInt16BE(comment.length + 2, 2);
  const at = jpeg[3] === marker.app0 ? 4 + jpeg.readUInt16BE(4) : 2;
  return Buffer.concat([jpeg.subarray(0, at), head, comment, jpeg.subarray(at)]);
}

/** The size of that comment segment in bytes. Its length field of 16 bits allows 65,537, marker included. */
export function jpegCommentSize(keyword: string, text: string): number {
  return 4 + Buffer.byteLength(`${keyword}\0${text}`);
}

/**
 * The text of the comment segment with this keyword, or undefined when there is none.
 * Throws an Error that says why the payload is not a complete JPEG.
 */
export function readJpegComment(jpeg: Buffer, keyword: string): string | undefined {
  const start = Buffer.from(`${keyword}\0`);
  let found: string | undefined;
  for (const { type, at, end } of segments(jpeg)) {
    const hasText = type === marker.com && end - at > 4 + start.length;
    if (hasText && jpeg.subarray(at + 4, at + 4 + start.length).equals(start)) {
      found ??= jpeg.toString("utf8", at + 4 + start.length, end);
    }
  }
  return found;
}

/**
 * Width and height in pixels, from the frame header (B.2.2); undefined when the height is not there: a JPEG may state it
 * after the picture. Throws an Error that says why the payload is not a complete JPEG.
 */
export function readJpegSize(jpeg: Buffer): { width: number; height: number } | undefined {
  for (const { type, at, end } of segments(jpeg)) {
    // SOF0 to SOF15; three of their numbers are other segments: DHT, JPG and DAC.
    if (type < 0xc0 || type > 0xcf || [0xc4, 0xc8, 0xcc].includes(type)) continue;
    if (end < at + 9) return undefined;
    const [height, width] = [jpeg.readUInt16BE(at + 5), jpeg.readUInt16BE(at + 7)];
    return width > 0 && height > 0 ? { width, height } : undefined;
  }
  return undefined;
}

interface Segment {
  readonly type: number;
  /** Where its marker is. */
  readonly at: number;
  readonly end: number;
}

/** The segments up to the first scan; throws an Error when the picture does not end after that. */
function* segments(jpeg: Buffer): Generator<Segment, void> {
  let at = 2;
  for (;;) {
    // Fill bytes 0xFF may precede a marker (B.1.1.2).
    while (jpeg[at] === 0xff && jpeg[at + 1] === 0xff) at++;
    if (at + 4 > jpeg.length) throw new Error("the JPEG is truncated");
    if (jpeg[at] !== 0xff) throw new Error("the JPEG has a broken segment");
    const type = jpeg[at + 1] ?? 0;
    const end = at + 2 + jpeg.readUInt16BE(at + 2);
    if (end > jpeg.length) throw new Error("the JPEG is truncated");
    yield { type, at, end };
    if (type === marker.sos) {
      if (jpeg.lastIndexOf(Buffer.from([0xff, marker.eoi])) < end) throw new Error("the JPEG is truncated");
      return;
    }
    at = end;
  }
}
