import type { Box, FaceFacts } from "../../face/face.ts";
import { decodeMessage, encodeFace } from "../../face/message.ts";
import { pictureSize } from "../../face/picture.ts";
import { alignedRectangle, alignment } from "../alignment.ts";
import { pictureGeometry } from "../picture-geometry.ts";
import { maxPixels, pictureProcess } from "./picture-process.ts";

/**
 * The message of the same face aligned by its landmarks, as `detect --align` makes it, in the format that it had; black where
 * its picture does not reach. One that is aligned already is returned as it is. Undefined when `payload` is no face with
 * landmarks, and when its picture cannot be read. Rejects with a UserError when there is no OpenCV.
 */
export async function alignFace(payload: Buffer): Promise<Buffer | undefined> {
  const decoded = decodeMessage(payload);
  if (decoded.kind !== "face") return undefined;
  const { facts } = decoded;
  if (facts.aligned) return payload;
  const size = pictureSize(payload);
  if (!facts.landmarks || !size || size.width * size.height > maxPixels) return undefined;
  const { landmarks } = pictureGeometry(facts, size);
  if (!landmarks) return undefined;
  const request = { kind: "align", picture: payload, landmarks, format: size.format } as const;
  const picture = await pictureProcess.run(request);
  return picture && encodeFace(picture, size.format, alignedFacts(facts));
}

function alignedFacts(facts: FaceFacts): FaceFacts {
  const { landmarks, frame, crop } = facts;
  if (!landmarks) return facts;
  const rectangle = alignedRectangle(alignment(landmarks), frame);
  return { ...facts, crop: crop ? intersection(rectangle, crop) : rectangle, aligned: true };
}

/** What both have; an empty rectangle when that is nothing. */
function intersection(a: Box, b: Box): Box {
  const [x, y] = [Math.max(a.x, b.x), Math.max(a.y, b.y)];
  const width = Math.max(0, Math.min(a.x + a.width, b.x + b.width) - x);
  return { x, y, width, height: Math.max(0, Math.min(a.y + a.height, b.y + b.height) - y) };
}
