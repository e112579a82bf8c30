import assert from "node:assert/strict";
import fc from "fast-check";
import { epochKey } from "../../src/face/epoch-record.ts";
import { erasureKey } from "../../src/face/erasure-record.ts";
import { epochTag } from "../../src/face/face-id.ts";
import { safeName } from "../../src/face/name.ts";
import { parseKeyTemplate } from "../../src/face/object-key.ts";
import { keyReaderFor } from "../../src/face/stored-key.ts";
import { defaultKey } from "../../src/roles/store/options.ts";
import { keyParts } from "../../src/sinks/key-parts.ts";
import { property } from "./property.ts";
import { anyText, faceFacts, uuid } from "./values.ts";

const fields = [
  "camera",
  "detector",
  "id",
  "epoch",
  "seq",
  "ext",
  "yyyy",
  "mm",
  "dd",
  "HH",
  "MM",
  "SS",
  "ms",
];
const literal = fc.oneof(
  fc.constantFrom(
    "/",
    "-",
    ".",
    "_",
    " ",
    "+",
    "0",
    "a",
    "x/",
    "foreign/",
    "epochs/",
    "erased/",
    ".json",
    ".png",
  ),
  fc.string({ maxLength: 3, unit: fc.constantFrom(..."-._/ 0a9é{}()$^\\") }),
);
const placeholder = fc.constantFrom(...fields, "id", "epoch", "seq", "camera").map((field) => `{${field}}`);
const template = fc.oneof(
  fc.array(fc.oneof(placeholder, literal), { minLength: 1, maxLength: 8 }).map((parts) => parts.join("")),
  fc
    .tuple(fc.shuffledSubarray(["{camera}", "{seq}", "{epoch}", "{detector}", "{dd}", "{id}"]), literal)
    .map(([parts, literal]) => parts.join(literal)),
  fc.constantFrom(
    defaultKey,
    "{camera}{seq}",
    "{epoch}/{seq}",
    "{camera}/{epoch}-{seq}.{ext}",
    "{camera}-{epoch}-{seq}",
  ),
);

/** A template that is accepted, or undefined. */
function accepted(text: string) {
  try {
    return { template: text, keyOf: parseKeyTemplate(text), read: keyReaderFor(text) };
  } catch (error) {
    assert.match(String(error), /^Error: (must|has|makes) /, String(error));
    return undefined;
  }
}

const extension = fc.constantFrom("png", "jpg");
const prefix = fc.constantFrom("", "site-a/", "a/b/", "epochs/", "1/");

export const keyProperties = [
  property(
    "object key: it is safe, and says which face it is",
    fc.tuple(template, faceFacts, extension, prefix),
    ([text, facts, ext, prefix]) => {
      const found = accepted(text);
      if (!found) return;
      const key = found.keyOf(facts, ext);
      assert.equal(found.keyOf({ ...facts }, ext), key);
      assert.ok(
        Buffer.byteLength(key) <= 1024 && keyParts(key).every((part) => Buffer.byteLength(part) <= 255),
        key,
      );
      const read = found.read(prefix + key);
      assert.ok(read.kind === "face", `${text} makes ${key}, which is read as ${JSON.stringify(read)}`);
      assert.deepEqual([read.tag, read.seq], [epochTag(facts.epoch), facts.seq], key);
      // Between {detector}-{camera} only a detector of facepipe ends for certain.
      const isOwn = !safeName(facts.detector).includes("-");
      if (read.camera !== undefined && isOwn) assert.equal(read.camera, safeName(facts.camera), key);
      if (read.epoch !== undefined) assert.equal(read.epoch, facts.epoch, key);
      if (read.id !== undefined) assert.equal(read.id, facts.id, key);
      if (read.capturedAt !== undefined) assert.equal(read.capturedAt, Date.parse(facts.capturedAt), key);
    },
    4,
  ),
  property(
    "object key: two faces have two keys",
    fc.tuple(template, faceFacts, faceFacts, extension),
    ([text, one, other, ext]) => {
      const found = accepted(text);
      if (!found || (one.epoch === other.epoch && one.seq === other.seq)) return;
      assert.notEqual(found.keyOf(one, ext), found.keyOf(other, ext));
    },
  ),
  property(
    "object key: records and foreign pictures are read as what they are",
    fc.tuple(template, faceFacts, uuid, prefix, fc.stringMatching(/^[0-9a-f]{32}$/)),
    ([text, { camera, capturedAt }, epoch, prefix, hash]) => {
      const found = accepted(text);
      if (!found) return;
      for (const [key, kind] of [
        [epochKey({ camera, epoch }), "epoch"],
        [erasureKey({ erasedAt: capturedAt }, hash.slice(0, 8)), "erasure"],
        [`foreign/${safeName(camera)}/${hash}.webp`, "foreign"],
        [`rejected/${hash}.bin`, "rejected"],
        [`rejected/${hash}.json`, "note"],
      ] as const)
        assert.equal(found.read(prefix + key).kind, kind, `${text} ${key}`);
    },
  ),
  property(
    "object key: any text is a template or refused with a reason, and any key is read",
    fc.tuple(fc.oneof(anyText, template), anyText),
    ([text, key]) => {
      accepted(text)?.read(key);
      keyReaderFor(defaultKey)(key);
    },
  ),
];
