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

/**
 * The text of the comment segment with this keyword, or undefined when there is none.
 * Throws an Error that says why the payload is not a complete JPEG.
 */
export function readJpegComment(jpeg: Buffer, keyword: string): string | undefined {
  const start = Buffer.from(`${keyword}\0`);
  let found: string | undefined;
  let at = 2;
  for (;;) {
    // Fill bytes 0xFF may precede a marker (B.1.1.2).
    while (jpeg[at] === 0xff && jpeg[at + 1] === 0xff) at++;
    if (at + 4 > jpeg.length) throw new Error("the JPEG is truncated");
    if (jpeg[at] !== 0xff) throw new Error("the JPEG has a broken segment");
    const type = jpeg[at + 1];
    const end = at + 2 + jpeg.readUInt16BE(at + 2);
    if (end > jpeg.length) throw new Error("the JPEG is truncated");
    if (type === marker.com && jpeg.subarray(at + 4, at + 4 + start.length).equals(start)) {
      found ??= jpeg.toString("utf8", at + 4 + start.length, end);
    }
    if (type === marker.sos) {
      if (jpeg.lastIndexOf(Buffer.from([0xff, marker.eoi])) < end) throw new Error("the JPEG is truncated");
      return found;
    }
    at = end;
  }
}
