import { isJpeg, readJpegComment } from "./jpeg.ts";
import { isPng, readPngText } from "./png.ts";

export interface Picture {
  /** File name extension, without the dot. */
  readonly extension: string;
  readonly contentType: string;
  /** The text under the keyword `facepipe`, if the picture carries one. */
  readonly facts?: string;
}

/** Where facepipe's facts stand in a PNG's iTXt chunk or a JPEG's COM segment. */
export const factsKeyword = "facepipe";

/** Kinds of picture that others publish and we keep as they are; recognised by their first bytes. */
const foreignKinds = [
  { extension: "gif", contentType: "image/gif", starts: /^GIF8[79]a/ },
  { extension: "webp", contentType: "image/webp", starts: /^RIFF....WEBP/s },
  { extension: "bmp", contentType: "image/bmp", starts: /^BM.{4}\0{4}/s },
  { extension: "tiff", contentType: "image/tiff", starts: /^(II\*\0|MM\0\*)/ },
  { extension: "avif", contentType: "image/avif", starts: /^.{4}ftypavi[fs]/s },
  { extension: "heic", contentType: "image/heic", starts: /^.{4}ftyp(heic|heix|mif1)/s },
] as const;

/**
 * What kind of picture a payload is. PNG and JPEG are walked from end to end, so that half a picture is not taken for one.
 * Throws an Error that says why it is none.
 */
export function readPicture(payload: Buffer): Picture {
  if (payload.length === 0) throw new Error("the payload is empty");
  if (isPng(payload)) return picture("png", "image/png", readPngText(payload, factsKeyword));
  if (isJpeg(payload)) return picture("jpg", "image/jpeg", readJpegComment(payload, factsKeyword));
  const start = payload.toString("latin1", 0, 16);
  const kind = foreignKinds.find(({ starts }) => starts.test(start));
  if (kind === undefined) throw new Error("the payload is no picture");
  return picture(kind.extension, kind.contentType);
}

function picture(extension: string, contentType: string, facts?: string): Picture {
  return { extension, contentType, ...(facts === undefined ? {} : { facts }) };
}
