import { epochTag, type FaceIdParts, readFaceId } from "./face-id.ts";
import { determinedFields, fieldPatterns, ownDetector, uuidPattern } from "./key-fields.ts";
import { parseKeyTemplate } from "./object-key.ts";

/** What a store's key says about its object. */
export type StoredKey =
  | StoredFaceKey
  /** A picture without an id of ours, or a rejected payload with its note; see stored-objects.ts. */
  | {
      readonly kind: "foreign" | "rejected" | "note";
      readonly id?: string;
      readonly camera?: string | undefined;
    }
  /** A record, see epoch-record.ts and erasure-record.ts; or an object that store does not write. */
  | { readonly kind: "epoch" | "erasure" | "other" };

export interface StoredFaceKey {
  readonly kind: "face";
  /** The epoch's tag, see face-id.ts. */
  readonly tag: string;
  readonly seq: number;
  /** Undefined when the key has no id. */
  readonly id?: string | undefined;
  /** Milliseconds since 1970; undefined when the key has no id. */
  readonly capturedAt?: number | undefined;
  /** In its safe form, see name.ts; undefined when the key does not say it. */
  readonly camera?: string | undefined;
  /** The full UUID, if the key has it. */
  readonly epoch?: string | undefined;
}

export type KeyReader = (key: string) => StoredKey;

/** Objects with fixed keys. Below folders too: a store may be read from above its prefix. */
const fixed = new RegExp(
  `(?:^|/)(?:${[
    "foreign/(?<camera>[^/]+)/(?<foreign>[0-9a-f]{32})\\.[a-z]+",
    "rejected/(?<rejected>[0-9a-f]{32})\\.(?<what>bin|json)",
    `(?<epoch>epochs/[^/]+/${uuidPattern}\\.json)`,
    "(?<erasure>erased/[^/]+\\.json)",
  ].join("|")})$`,
);

/** An id in the name of a picture, wherever its folder is: written with another template, or copied. */
const pictureName = new RegExp(`(${uuidPattern})[^/]*\\.(?:png|jpe?g)$`, "i");

/**
 * Reads the keys that store writes with this template; throws an Error that says what is wrong with the template. A face's
 * id is found also in a picture's name that does not fit the template; then the camera is unknown.
 */
export function keyReaderFor(template: string): KeyReader {
  parseKeyTemplate(template);
  // Keys with a detector of facepipe first: they say more.
  const forms = [true, false].map((isOwn) => ({
    pattern: new RegExp(`(?:^|/)${patternOf(template, isOwn)}$`, "u"),
    known: determinedFields(template, isOwn),
  }));
  return (key) => {
    const inFixed = fixed.exec(key)?.groups;
    if (inFixed) return readFixed(inFixed);
    for (const { pattern, known } of forms) {
      const groups = pattern.exec(key)?.groups;
      if (groups)
        return readFields(Object.fromEntries(Object.entries(groups).filter(([name]) => known.has(name))));
    }
    const id = pictureName.exec(key)?.[1];
    const parts = id && readFaceId(id);
    return parts ? { kind: "face", id, ...parts } : { kind: "other" };
  };
}

function patternOf(template: string, isOwn: boolean): string {
  const isUsed = new Set<string>();
  return template
    .split(/(\{[^{}]*\})/)
    .map((part) => {
      const [, name] = /^\{(.*)\}$/.exec(part) ?? [];
      if (name === undefined) return part.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
      if (isUsed.has(name)) return `\\k<${name}>`;
      isUsed.add(name);
      return `(?<${name}>${isOwn && name === "detector" ? ownDetector : fieldPatterns[name]})`;
    })
    .join("");
}

function readFields(groups: Readonly<Record<string, string | undefined>>): StoredKey {
  const { id, camera, epoch } = groups;
  const parts: FaceIdParts | undefined = id === undefined ? undefined : readFaceId(id);
  const seq = Number(groups["seq"] ?? parts?.seq);
  // The facts themselves, before the id: a publisher of its own may have ids of another kind.
  const tag = epoch !== undefined && groups["seq"] !== undefined ? epochTag(epoch) : parts?.tag;
  if (tag === undefined || seq < 1) return { kind: "foreign", ...(id === undefined ? {} : { id }), camera };
  return { kind: "face", tag, seq, id, capturedAt: parts?.capturedAt, camera, epoch };
}

function readFixed(groups: Readonly<Record<string, string | undefined>>): StoredKey {
  const { camera, foreign, rejected, what, epoch } = groups;
  if (foreign !== undefined) return { kind: "foreign", id: foreign, camera };
  if (rejected !== undefined) return { kind: what === "bin" ? "rejected" : "note", id: rejected };
  return { kind: epoch === undefined ? "erasure" : "epoch" };
}
