import assert from "node:assert/strict";
import fc from "fast-check";
import type { FaceFacts } from "../../src/face/face.ts";
import { parseFacts } from "../../src/face/facts.ts";
import { readJpegSize } from "../../src/face/jpeg.ts";
import { decodeMessage, encodeFace } from "../../src/face/message.ts";
import { parseKeyTemplate } from "../../src/face/object-key.ts";
import { readPngSize } from "../../src/face/png.ts";
import { toStored } from "../../src/face/stored-objects.ts";
import { defaultKey } from "../../src/roles/store/options.ts";
import { keyParts } from "../../src/sinks/key-parts.ts";
import { grayPng } from "../support/png.ts";
import { property } from "./property.ts";
import { anyText, bytes, faceFacts, mutation, oddValue, recordLike } from "./values.ts";

const png = grayPng([Buffer.of(0, 9), Buffer.of(200, 3)]);
/** The segments of a JPEG of one pixel: JFIF, a frame header, a scan. */
const jpeg = Buffer.from(
  "ffd8ffe000104a46494600010100000100010000ffc0000b080001000101011100ffda0008010100003f0012ffd9",
  "hex",
);

const picture = fc.constantFrom(
  { picture: png, format: "png" as const },
  { picture: jpeg, format: "jpeg" as const },
);
const message = fc
  .tuple(picture, faceFacts)
  .map(([{ picture, format }, facts]) => ({ facts, payload: encodeFace(picture, format, facts) }));
const signature = fc.constantFrom(
  ...[
    "",
    "89504e470d0a1a0a",
    "89504e470d0a1a0a0000000d49484452",
    "ffd8ff",
    "ffd8ffe0",
    "ffd8fffe",
    "47494638396100",
  ],
);
const payload: fc.Arbitrary<Buffer> = fc.oneof(
  bytes(200),
  fc.tuple(signature, bytes(100)).map(([start, rest]) => Buffer.concat([Buffer.from(start, "hex"), rest])),
  fc.tuple(message, mutation).map(([{ payload }, mutate]) => mutate(payload)),
  message.map(({ payload }) => payload),
  recordLike.map((value) => Buffer.from(JSON.stringify(value) ?? "")),
);

const oddTime = fc.constantFrom(
  ...["2026", "2026-11-21", "2026-11-21T14:03:22Z", "1/2/2000", "+012026-11-21T14:03:22.123Z"],
  ...["2026-13-21T14:03:22.123Z", "2026-11-21T14:03:22.123+01:00", "2026-11-21 14:03:22.123Z", "../../2026"],
);

const keyOf = parseKeyTemplate(defaultKey);
const copy = (value: unknown) => JSON.parse(JSON.stringify(value));

export const messageProperties = [
  property("message: decoding any bytes ends with a face, a picture or a reason", payload, (bytes) => {
    const decoded = decodeMessage(bytes);
    if (decoded.kind === "rejected") return assert.notEqual(decoded.reason, "");
    if (decoded.kind === "face") assert.deepEqual(parseFacts(JSON.stringify(decoded.facts)), decoded.facts);
    assert.match(decoded.picture.contentType, /^image\//);
  }),
  property("message: what was encoded is decoded", message, ({ facts, payload }) => {
    const decoded = decodeMessage(payload);
    assert.ok(decoded.kind === "face", JSON.stringify(decoded));
    assert.deepEqual(copy(decoded.facts), copy(facts));
  }),
  property(
    "message: the facts of a damaged PNG are never others",
    fc.tuple(faceFacts, mutation),
    ([facts, mutate]) => {
      const decoded = decodeMessage(mutate(encodeFace(png, "png", facts)));
      if (decoded.kind === "face") assert.deepEqual(copy(decoded.facts), copy(facts));
    },
  ),
  property(
    "message: facts with another value are refused, or make a safe key",
    fc.tuple(faceFacts, fc.nat(20), fc.oneof(oddValue, anyText, oddTime)),
    ([facts, nth, other]) => {
      const names = Object.keys(facts);
      const changed = { ...facts, [names[nth % names.length] ?? ""]: other } as FaceFacts;
      const stored = toStored("faces/a", encodeFace(png, "png", changed), new Date(0), keyOf);
      for (const { key } of stored.kind === "face" ? stored.objects : [])
        assert.match(key, /^[^/]+\/\d{4}\/\d\d\/\d\d\/\d{6}\.\d{3}-[0-9a-fA-F-]{36}\.png$/);
    },
  ),
  property("message: the size of a picture is read, or it is none", payload, (bytes) => {
    const size = readPngSize(bytes);
    assert.ok(size === undefined || (Number.isInteger(size.width) && Number.isInteger(size.height)));
    try {
      readJpegSize(bytes);
    } catch (error) {
      assert.match(String(error), /^Error: the JPEG /);
    }
  }),
  property("message: facts are read from any JSON or refused", recordLike, (value) => {
    const facts = parseFacts(JSON.stringify(value) ?? "");
    if (facts) assert.deepEqual(parseFacts(JSON.stringify(facts)), facts);
  }),
  property(
    "message: objects have safe keys that depend on topic and payload alone",
    fc.tuple(anyText, payload),
    ([topic, bytes]) => {
      const first = toStored(topic, bytes, new Date(0), keyOf).objects;
      const second = toStored(topic, Buffer.from(bytes), new Date(1e12), keyOf).objects;
      assert.deepEqual(
        first.map(({ key }) => key),
        second.map(({ key }) => key),
      );
      assert.ok(first.length > 0);
      for (const { key, metadata } of first) {
        assert.ok(
          keyParts(key).every((part) => Buffer.byteLength(part) <= 255) && Buffer.byteLength(key) <= 1024,
          key,
        );
        assert.ok(Object.values(metadata).every((value) => typeof value === "string"));
      }
    },
  ),
];
