import type { FaceFacts } from "./face.ts";
import { determinedFields } from "./key-fields.ts";
import { longestName, safeName } from "./name.ts";

/** The object key of a face; a pure function of the face, so that a repeat has the same key. */
export type KeyTemplate = (facts: FaceFacts, extension: string) => string;

type Part = (facts: FaceFacts, extension: string) => string;

/** `capturedAt` is UTC with fixed positions: 2026-11-21T14:03:22.123Z. */
const at = (from: number, to: number): Part => {
  return ({ capturedAt }) => capturedAt.slice(from, to);
};

const parts: Readonly<Record<string, Part>> = {
  camera: ({ camera }) => safeName(camera),
  id: ({ id }) => id,
  epoch: ({ epoch }) => epoch,
  seq: ({ seq }) => String(seq).padStart(9, "0"),
  detector: ({ detector }) => safeName(detector),
  ext: (_, extension) => extension,
  yyyy: at(0, 4),
  mm: at(5, 7),
  dd: at(8, 10),
  HH: at(11, 13),
  MM: at(14, 16),
  SS: at(17, 19),
  ms: at(20, 23),
};

/** A face with the longest possible parts. */
const longestFace = {
  camera: "x".repeat(longestName),
  detector: "x".repeat(longestName),
  id: "x".repeat(36),
  epoch: "x".repeat(36),
  seq: Number.MAX_SAFE_INTEGER,
  capturedAt: "2026-11-21T14:03:22.123Z",
} as FaceFacts;

/** Parses an `--object-key` template; throws an Error that says what is wrong. */
export function parseKeyTemplate(template: string): KeyTemplate {
  const names = [...template.matchAll(/\{([^{}]*)\}/g)].map(([, name = ""]) => name);
  const unknown = names.filter((name) => !Object.hasOwn(parts, name));
  if (unknown.length > 0) {
    throw new Error(`has no {${unknown.join("}, {")}}; there are {${Object.keys(parts).join("}, {")}}`);
  }
  // Of two faces with the same key one would be lost.
  if (!names.includes("id") && !(names.includes("epoch") && names.includes("seq"))) {
    throw new Error("must contain {id} (or {epoch} and {seq}), so that no two faces share a key");
  }
  if (/^\/|\/$|\/\/|(^|\/)\.\.?(\/|$)|\\|\p{Cc}/u.test(template)) {
    throw new Error("must be a relative path without empty, . or .. parts");
  }
  const known = determinedFields(template);
  if (!known.has("id") && !(known.has("epoch") && known.has("seq"))) {
    throw new Error(
      "must keep {id}, or {epoch} and {seq}, apart from {camera}, {detector} and digits, by - or /, " +
        "so that audit can read them from a key",
    );
  }
  if (/\.(json|bin|\{camera\}|\{detector\})$/.test(template)) {
    throw new Error("must not end like the name of a record, .json or .bin: use .{ext}");
  }
  const key: KeyTemplate = (facts, extension) =>
    template.replace(/\{([^{}]*)\}/g, (_, name: string) => parts[name]?.(facts, extension) ?? "");
  const longest = key(longestFace, "png");
  if (/[{}]/.test(longest)) throw new Error("has an unmatched { or }");
  // S3 allows 1024 bytes; nearly every file system allows 255 in a name.
  if (Buffer.byteLength(longest) > 1024 || longest.split("/").some((part) => Buffer.byteLength(part) > 255)) {
    throw new Error("makes keys that are too long: at most 1024 bytes, and 255 from / to /");
  }
  return key;
}
