import fc from "fast-check";
import type { FaceFacts } from "../../src/face/face.ts";
import { faceId } from "../../src/face/face-id.ts";

/** Text of all kinds: ASCII, Unicode, lone surrogates, numbers, and what has a meaning somewhere. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme" }),
  fc.string(),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) }),
  fc.oneof(fc.integer(), fc.double()).map(String),
  fc.constantFrom(
    "",
    " ",
    "..",
    "/",
    "#",
    "+",
    "$share/a/b",
    "__proto__",
    "constructor",
    "-",
    "NaN",
    "1e400",
    "\0",
  ),
);

/** An object as JSON.parse makes it, with a prototype. */
export function record<T>(values: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record<T>(values, { noNullPrototype: true }) as fc.Arbitrary<T>;
}

/** Without lone surrogates, which UTF-8 does not have. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\ufffd");
}

export const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));

/** 0 to 1, all parts alike; fc.double has as many values below 1e-300 as above. */
const share = fc.nat(1e6).map((value) => value / 1e6);

/** Changes a buffer: bytes replaced, removed, inserted, repeated, or the end cut off. */
export const mutation: fc.Arbitrary<(buffer: Buffer) => Buffer> = fc
  .array(
    record({
      kind: fc.constantFrom("set", "flip", "cut", "remove", "insert", "repeat"),
      at: share,
      length: fc.integer({ min: 1, max: 40 }),
      with: bytes(8),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((changes) => (buffer) => changes.reduce(change, buffer));

function change(
  buffer: Buffer,
  { kind, at, length, with: other }: { kind: string; at: number; length: number; with: Buffer },
): Buffer {
  const start = Math.min(Math.floor(at * buffer.length), Math.max(0, buffer.length - 1));
  const [before, rest] = [buffer.subarray(0, start), buffer.subarray(start)];
  if (kind === "cut") return before;
  if (kind === "remove") return Buffer.concat([before, rest.subarray(length)]);
  if (kind === "insert") return Buffer.concat([before, other, rest]);
  if (kind === "repeat") return Buffer.concat([before, rest.subarray(0, length), rest]);
  const copy = Buffer.from(buffer);
  if (kind === "set") copy.set(other.subarray(0, copy.length - start), start);
  else if (copy.length > 0) copy[start] = (copy[start] ?? 0) ^ (1 << (length % 8));
  return copy;
}

/** Values that are nearly right somewhere. */
export const oddValue = fc.constantFrom<unknown>(
  ...[
    1,
    0,
    -1,
    2,
    1.5,
    "1",
    "",
    null,
    true,
    [],
    {},
    [[1, 2]],
    [[2, 1]],
    [[1, 2, 3]],
    [[0, 1]],
    [[1, 1e300]],
    [null],
  ],
  ...[[{ ranges: [[1, 2]] }], [{ reason: "a" }], [{ seq: 0, reason: "a" }], [{ seq: 1, reason: 2 }]],
);

/** A value of JSON, like a record in its names and unlike it in its values. */
export const recordLike: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue(),
  fc.dictionary(
    fc.constantFrom(
      ...["v", "camera", "epoch", "stored", "repeated", "refused", "ended", "first", "last", "dropped"],
      ...[
        "endedAt",
        "erasedAt",
        "faces",
        "tag",
        "ranges",
        "seq",
        "reason",
        "id",
        "capturedAt",
        "frame",
        "box",
      ],
      ...[
        "score",
        "detector",
        "visit",
        "quality",
        "landmarks",
        "crop",
        "aligned",
        "reduced",
        "width",
        "height",
        "index",
        "x",
        "y",
      ],
    ),
    fc.oneof(fc.jsonValue(), fc.integer(), oddValue),
  ),
);

export const uuid = fc
  .tuple(fc.uuid({ version: 7 }), fc.nat(9))
  .map(([id, odd]) => (odd === 0 ? id.toUpperCase() : id));
export const ranges = fc.array(
  fc.tuple(fc.nat(1e6), fc.nat(1e4)).map(([first, more]): [number, number] => [first + 1, first + 1 + more]),
  { maxLength: 20 },
);

const time = fc
  .date({ min: new Date(0), max: new Date("9999-12-31T23:59:59.999Z"), noInvalidDate: true })
  .map((date) => date.toISOString());
const count = fc.integer({ min: 1, max: 1e6 });
const box = record({ x: fc.nat(9999), y: fc.nat(9999), width: count, height: count });
/** Not -0, which JSON does not have. */
const fraction = fc.oneof(share, fc.double({ min: 0, max: 1, noNaN: true })).map((value) => value + 0);
const point = record({ x: fraction, y: fraction });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

/** Names that are hard to tell from other parts of a key, besides those of people. */
export const cameraName = fc.oneof(
  fc.string({ minLength: 1, unit: "grapheme" }),
  fc.string({ minLength: 1, maxLength: 12, unit: fc.constantFrom(..."0123456789-._aé") }),
  uuid,
  fc
    .tuple(fc.constantFrom("a", "1", "a-"), uuid, fc.constantFrom("", "-1", "-000000001", ".png"))
    .map((parts) => parts.join("")),
  fc.constantFrom(
    "entrance",
    "cam0",
    "000000001",
    "a-000000001",
    "epochs",
    "foreign",
    "x.json",
    "png",
    "1.png",
  ),
);

/** What detect knows about a face; the id is of its epoch and number. */
export const faceFacts: fc.Arbitrary<FaceFacts> = fc
  .record({
    v: fc.constant(1 as const),
    camera: cameraName,
    epoch: uuid,
    seq: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
    capturedAt: time,
    frame: record({ width: count, height: count, index: fc.nat() }),
    box,
    crop: maybe(box),
    aligned: maybe(fc.constant(true as const)),
    score: fraction,
    detector: fc.oneof(fc.constantFrom("haar", "yunet"), cameraName),
    visit: maybe(count.map(String)),
    quality: maybe(fraction),
    landmarks: maybe(
      record({ rightEye: point, leftEye: point, nose: point, rightMouth: point, leftMouth: point }),
    ),
    reduced: maybe(
      record({ bytes: count, width: count, height: count, format: fc.constantFrom("png", "jpeg") }),
    ),
  })
  .map((facts) => ({ ...facts, id: faceId(Date.parse(facts.capturedAt), facts.epoch, facts.seq) }));
