import { describe } from "../base/errors.ts";
import type { FaceFacts, PictureFormat } from "./face.ts";
import { parseFacts } from "./facts.ts";
import { addJpegComment, isJpeg } from "./jpeg.ts";
import { type Picture, readPicture } from "./picture.ts";
import { addPngTexts, factsKeyword } from "./png.ts";

/** A decoded message: a face with its facts, a foreign picture, or a payload that is not a picture. */
export type Decoded =
  | { readonly kind: "face"; readonly facts: FaceFacts; readonly picture: Picture }
  | { readonly kind: "foreign"; readonly picture: Picture }
  | { readonly kind: "rejected"; readonly reason: string };

/** The MQTT content type of a face's message. */
export function contentTypeOf(payload: Buffer): string {
  return isJpeg(payload) ? "image/jpeg" : "image/png";
}

/** The message of a face: its picture, still a plain PNG or JPEG, with the facts inside. */
export function encodeFace(picture: Buffer, format: PictureFormat, facts: FaceFacts): Buffer {
  const json = JSON.stringify(facts);
  if (format === "jpeg") return addJpegComment(picture, factsKeyword, json);
  return addPngTexts(picture, [
    { type: "iTXt", keyword: factsKeyword, text: json },
    // Standard keywords of the PNG specification (11.3.3.1), for other viewers; dates are in the format of RFC 1123.
    { type: "tEXt", keyword: "Creation Time", text: new Date(facts.capturedAt).toUTCString() },
    { type: "tEXt", keyword: "Software", text: "facepipe" },
    { type: "iTXt", keyword: "Source", text: facts.camera },
  ]);
}

/** Reads a message; never throws, whatever the bytes. */
export function decodeMessage(payload: Buffer): Decoded {
  try {
    const picture = readPicture(payload);
    const facts = picture.facts === undefined ? undefined : parseFacts(picture.facts);
    return facts ? { kind: "face", facts, picture } : { kind: "foreign", picture };
  } catch (error) {
    return { kind: "rejected", reason: describe(error) };
  }
}
