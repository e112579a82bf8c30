import type { PictureFormat } from "./face.ts";
import { isJpeg, readJpegComment, readJpegSize } from "./jpeg.ts";
import { factsKeyword, isPng, readPngSize, readPngText } from "./png.ts";

export interface Picture {
  /** File name extension, without the dot. */
  readonly extension: string;
  readonly contentType: string;
  /** The text with the keyword `facepipe`, if there is one. */
  readonly facts?: string | undefined;
}

/** Formats that others publish and that we store unchanged; recognised by their first bytes. */
export const foreignFormats = [
  { name: "GIF", extension: "gif", contentType: "image/gif", starts: /^GIF8[79]a/ },
  { name: "WebP", extension: "webp", contentType: "image/webp", starts: /^RIFF....WEBP/s },
  { name: "BMP", extension: "bmp", contentType: "image/bmp", starts: /^BM.{4}\0{4}/s },
  { name: "TIFF", extension: "tiff", contentType: "image/tiff", starts: /^(II\*\0|MM\0\*)/ },
  { name: "AVIF", extension: "avif", contentType: "image/avif", starts: /^.{4}ftypavi[fs]/s },
  { name: "HEIC", extension: "heic", contentType: "image/heic", starts: /^.{4}ftyp(hei[cxms]|mif1)/s },
] as const;

/**
 * The format of a picture. PNG and JPEG are parsed from end to end, so that half a picture is rejected.
 * Throws an Error that says why the payload is not a picture.
 */
export function readPicture(payload: Buffer): Picture {
  if (payload.length === 0) throw new Error("the payload is empty");
  if (isPng(payload)) {
    return { extension: "png", contentType: "image/png", facts: readPngText(payload, factsKeyword) };
  }
  if (isJpeg(payload)) {
    return { extension: "jpg", contentType: "image/jpeg", facts: readJpegComment(payload, factsKeyword) };
  }
  const start = payload.toString("latin1", 0, 16);
  const format = foreignFormats.find(({ starts }) => starts.test(start));
  if (format === undefined) throw new Error("the payload is not a picture");
  return { extension: format.extension, contentType: format.contentType };
}

/** The format and the size in pixels of a PNG or JPEG, from its header; undefined when the header has no size. */
export function pictureSize(
  payload: Buffer,
): { readonly format: PictureFormat; readonly width: number; readonly height: number } | undefined {
  const format = isPng(payload) ? "png" : "jpeg";
  const size = format === "png" ? readPngSize(payload) : readJpegSize(payload);
  return size && { ...size, format };
}
