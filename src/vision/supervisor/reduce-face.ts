import type { FaceFacts, OriginalPicture } from "../../face/face.ts";
import { jpegCommentSize, readJpegSize } from "../../face/jpeg.ts";
import { decodeMessage, encodeFace } from "../../face/message.ts";
import { factsKeyword, isPng, readPngSize } from "../../face/png.ts";
import { ReducerProcess } from "./reducer-process.ts";

/** Larger pictures are not decoded: with three bytes per pixel this one takes 192 MB. */
const maxPixels = 64_000_000;
/** The most that JPEG's length field allows. */
const longestComment = 65_537;

const reducer = new ReducerProcess({ timeout: 10_000, idle: 5000 });

/**
 * The message of the same face in at most `maxBytes`, facts included: as a JPEG, and smaller if need be; `facts.reduced`
 * says what it was. A message that is small enough already is returned as it is. Undefined when `payload` is not a face,
 * when its picture cannot be read, and when it cannot be made so small. Rejects when that could not be tried: the
 * process that does it crashed, hung or was killed.
 */
export async function reduceFace(payload: Buffer, maxBytes: number): Promise<Buffer | undefined> {
  const decoded = decodeMessage(payload);
  if (decoded.kind !== "face") return undefined;
  if (payload.length <= maxBytes) return payload;
  const original = originalOf(payload);
  if (!original || original.width * original.height > maxPixels) return undefined;
  const facts: FaceFacts = { ...decoded.facts, reduced: decoded.facts.reduced ?? original };
  const comment = jpegCommentSize(factsKeyword, JSON.stringify(facts));
  if (comment >= maxBytes || comment > longestComment) return undefined;
  const jpeg = await reducer.reduce({ picture: payload, maxBytes: maxBytes - comment });
  return jpeg && encodeFace(jpeg, "jpeg", facts);
}

/** Of a picture whose header has no size: undefined. */
function originalOf(payload: Buffer): OriginalPicture | undefined {
  const format = isPng(payload) ? "png" : "jpeg";
  const size = format === "png" ? readPngSize(payload) : readJpegSize(payload);
  return size && { bytes: payload.length, ...size, format };
}
