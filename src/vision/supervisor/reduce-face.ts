import type { FaceFacts } from "../../face/face.ts";
import { jpegCommentSize } from "../../face/jpeg.ts";
import { decodeMessage, encodeFace } from "../../face/message.ts";
import { pictureSize } from "../../face/picture.ts";
import { factsKeyword } from "../../face/png.ts";
import { maxPixels, pictureProcess } from "./picture-process.ts";

/** The most that JPEG's length field allows. */
const longestComment = 65_537;

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
  const size = pictureSize(payload);
  if (!size || size.width * size.height > maxPixels) return undefined;
  const original = { bytes: payload.length, ...size };
  const facts: FaceFacts = { ...decoded.facts, reduced: decoded.facts.reduced ?? original };
  const comment = jpegCommentSize(factsKeyword, JSON.stringify(facts));
  if (comment >= maxBytes || comment > longestComment) return undefined;
  const jpeg = await pictureProcess.run({ kind: "reduce", picture: payload, maxBytes: maxBytes - comment });
  return jpeg && encodeFace(jpeg, "jpeg", facts);
}
