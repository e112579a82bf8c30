import { crc32 } from "node:zlib";

/** The keyword of facepipe's facts: in a PNG's iTXt chunk, and in a JPEG's COM segment. */
export const factsKeyword = "facepipe";

// Portable Network Graphics, https://www.w3.org/TR/png-3/ : a signature, then chunks of
// length (4 bytes, big endian), type (4), data, CRC-32 of type and data (4). IHDR is first, IEND last.
const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const headerEnd = signature.length + 12 + 13;

/** Chunk types as numbers: a hostile payload of 16 MB has a million chunks. */
const types = { IHDR: 0x49484452, IEND: 0x49454e44, iTXt: 0x69545874 };

/** Facts have some 1000 bytes; a longer text is none of ours, and decoding it would take many times its memory. */
const maxTextLength = 65_536;

export function isPng(payload: Buffer): boolean {
  return payload.subarray(0, signature.length).equals(signature);
}

/** Width and height in pixels, from the header (IHDR is the first chunk); undefined when the payload ends before. */
export function readPngSize(png: Buffer): { width: number; height: number } | undefined {
  if (png.length < headerEnd) return undefined;
  const at = signature.length + 8;
  return { width: png.readUInt32BE(at), height: png.readUInt32BE(at + 4) };
}

/** A textual chunk: `tEXt` is Latin-1 and supported by every reader, `iTXt` is UTF-8. */
export interface PngText {
  readonly type: "tEXt" | "iTXt";
  readonly keyword: string;
  readonly text: string;
}

/** The same picture with textual chunks inserted right after its header, where readers find them first. */
export function addPngTexts(png: Buffer, texts: readonly PngText[]): Buffer {
  return Buffer.concat([png.subarray(0, headerEnd), ...texts.map(textChunk), png.subarray(headerEnd)]);
}

/**
 * The UTF-8 text, of at most `maxTextLength` bytes, of the first uncompressed `iTXt` chunk with this keyword, or undefined when there is none.
 * Throws an Error that says why the payload is not a complete PNG.
 */
export function readPngText(png: Buffer, keyword: string): string | undefined {
  let found: string | undefined;
  let type = 0;
  let at = signature.length;
  while (type !== types.IEND) {
    if (at + 12 > png.length) throw new Error("the PNG is truncated");
    const length = png.readUInt32BE(at);
    const end = at + 12 + length;
    if (end > png.length) throw new Error("the PNG is truncated");
    if (crc32(png.subarray(at + 4, end - 4)) !== png.readUInt32BE(end - 4)) {
      throw new Error("a chunk of the PNG has a wrong checksum");
    }
    const isFirst = type === 0;
    type = png.readUInt32BE(at + 4);
    if (isFirst && type !== types.IHDR) throw new Error("the PNG has no header");
    if (type === types.iTXt && length > keyword.length)
      found ??= internationalText(png.subarray(at + 8, end - 4), keyword);
    at = end;
  }
  return found;
}

function textChunk({ type, keyword, text }: PngText): Buffer {
  return type === "tEXt"
    ? chunk(type, Buffer.from(`${keyword}\0${text}`, "latin1"))
    : chunk(type, Buffer.from(`${keyword}\0\0\0\0\0${text}`, "utf8"));
}

function chunk(type: string, data: Buffer): Buffer {
  const bytes = Buffer.alloc(12 + data.length);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(type, 4, "latin1");
  data.copy(bytes, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length);
  return bytes;
}

/** Keyword, NUL, compression flag, compression method, language tag, NUL, translated keyword, NUL, text. */
function internationalText(data: Buffer, keyword: string): string | undefined {
  const keywordEnd = keyword.length;
  const isOurs = data.toString("latin1", 0, keywordEnd) === keyword && data[keywordEnd] === 0;
  if (!isOurs || data[keywordEnd + 1] !== 0) return undefined;
  const languageEnd = data.indexOf(0, keywordEnd + 3);
  const translatedEnd = data.indexOf(0, languageEnd + 1);
  if (languageEnd < 0 || translatedEnd < 0 || data.length - translatedEnd > maxTextLength) return undefined;
  return data.toString("utf8", translatedEnd + 1);
}
