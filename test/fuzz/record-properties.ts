import assert from "node:assert/strict";
import fc from "fast-check";
import { NumberRanges, readRanges } from "../../src/base/number-ranges.ts";
import { encodeEpochRecord, epochKey, parseEpochRecord } from "../../src/face/epoch-record.ts";
import { encodeErasureRecord, parseErasureRecord } from "../../src/face/erasure-record.ts";
import { epochTag, faceId, readFaceId } from "../../src/face/face-id.ts";
import { longestName, safeName } from "../../src/face/name.ts";
import { encodeReceipt, parseReceipt } from "../../src/face/receipt.ts";
import { keyParts } from "../../src/sinks/key-parts.ts";
import { encodeRecord, prefixBytes, readHead, readPayload, readPrefix } from "../../src/spool/record.ts";
import { property } from "./property.ts";
import {
  anyText,
  bytes,
  mutation,
  oddValue,
  ranges,
  record,
  recordLike,
  uuid,
  wellFormed,
} from "./values.ts";

const json = (value: unknown) => Buffer.from(JSON.stringify(value) ?? "");
/** Bytes, JSON, and damaged JSON. */
const document = fc.oneof(
  bytes(60),
  recordLike.map(json),
  fc.tuple(recordLike, mutation).map(([value, mutate]) => mutate(json(value))),
);
const reason = fc.string({ maxLength: 100, unit: fc.constantFrom(..."abc_é") });
const v = fc.constant(1 as const);

const receipt = record({
  v,
  camera: anyText.map((text) => wellFormed(text)),
  epoch: uuid,
  stored: ranges,
  repeated: ranges,
  refused: fc.array(record({ seq: fc.integer({ min: 1 }), reason }), { maxLength: 5 }),
  ended: fc.constantFrom(true as const, undefined),
});
const epochRecord = record({
  v,
  camera: receipt.map(({ camera }) => camera),
  epoch: uuid,
  first: fc.integer({ min: 1 }),
  last: fc.nat(),
  dropped: fc.array(record({ reason, ranges }), { maxLength: 4 }),
  endedAt: fc.string(),
});
const erasureRecord = record({
  v,
  erasedAt: fc.string(),
  faces: fc.array(record({ camera: fc.string(), tag: uuid.map(epochTag), ranges }), { maxLength: 4 }),
});

interface Format<T extends object> {
  readonly name: string;
  readonly values: fc.Arbitrary<T>;
  readonly encode: (value: T) => Buffer;
  readonly parse: (bytes: Buffer) => T | undefined;
}

/** What is encoded is parsed; of other bytes something is parsed that is parsed again, or nothing. */
function propertiesOf<T extends object>({ name, values, encode, parse }: Format<T>) {
  const stable = (bytes: Buffer) => {
    const read = parse(bytes);
    if (read !== undefined) assert.deepEqual(parse(encode(read)), read);
  };
  return [
    property(`${name}: what was encoded is parsed`, values, (value) => {
      assert.deepEqual(parse(encode(value)), value);
    }),
    property(
      `${name}: with another value it is one or none`,
      fc.tuple(values, fc.nat(20), fc.oneof(oddValue, fc.jsonValue())),
      ([value, nth, other]) => {
        const names = Object.keys(value);
        stable(json({ ...value, [names[nth % names.length] ?? ""]: other }));
      },
    ),
    property(`${name}: any bytes are one or none`, document, stable),
    property(`${name}: a damaged one is one or none`, fc.tuple(values, mutation), ([value, mutate]) => {
      stable(mutate(encode(value)));
    }),
  ];
}

const spoolRecord = record({
  type: fc.nat(10),
  header: fc.dictionary(fc.string(), fc.jsonValue()),
  payload: bytes(100),
});

/** A record as scan-segment.ts reads it. */
function readRecord(buffer: Buffer) {
  const prefix = readPrefix(buffer.subarray(0, prefixBytes));
  if (!prefix || prefix.length > buffer.length) return undefined;
  const head = readHead(buffer.subarray(0, prefix.headBytes));
  const payload = readPayload(buffer.subarray(0, prefix.length), prefix.headBytes);
  return head && payload && { ...head, payload };
}

const rangeSteps = fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.nat(12)), { maxLength: 30 });

export const recordProperties = [
  ...propertiesOf({ name: "receipt", values: receipt, encode: encodeReceipt, parse: parseReceipt }),
  ...propertiesOf({
    name: "epoch record",
    values: epochRecord,
    encode: encodeEpochRecord,
    parse: parseEpochRecord,
  }),
  ...propertiesOf({
    name: "erasure record",
    values: erasureRecord,
    encode: encodeErasureRecord,
    parse: parseErasureRecord,
  }),
  property("epoch record: its key is safe", fc.tuple(anyText, uuid), ([camera, epoch]) => {
    assert.equal(keyParts(epochKey({ camera, epoch })).length, 3);
  }),
  property("spool record: what was encoded is read", spoolRecord, ({ type, header, payload }) => {
    const { parts, length } = encodeRecord(type, header, payload);
    const buffer = Buffer.concat([...parts, Buffer.of(1, 2)]);
    assert.equal(buffer.length, length + 2);
    assert.deepEqual(readRecord(buffer), { type, header: JSON.parse(JSON.stringify(header)), payload });
  }),
  property(
    "spool record: damage is found",
    fc.tuple(spoolRecord, mutation),
    ([{ type, header, payload }, mutate]) => {
      const { parts } = encodeRecord(type, header, payload);
      const buffer = Buffer.concat(parts);
      const damaged = mutate(buffer);
      if (!damaged.subarray(0, buffer.length).equals(buffer)) assert.equal(readRecord(damaged), undefined);
    },
  ),
  property("spool record: any bytes are one or none", bytes(100), (buffer) => {
    readRecord(buffer);
  }),
  property("number ranges: a set of numbers", rangeSteps, (steps) => {
    const set = new NumberRanges();
    const model = new Set<number>();
    for (const [first, more] of steps) {
      if (more === 0) assert.equal(set.add(first), !model.has(first));
      else set.addRange(first, first + more);
      for (let value = first; value <= first + more; value++) model.add(value);
    }
    const [all, found] = [Array.from({ length: 80 }, (_, value) => value), [...set]];
    assert.equal(set.size, model.size);
    assert.deepEqual(
      [set.first, set.last],
      model.size ? [Math.min(...model), Math.max(...model)] : [undefined, undefined],
    );
    assert.deepEqual(
      all.filter((value) => set.has(value)),
      all.filter((value) => model.has(value)),
    );
    assert.ok(
      found.every(([first, last], index) => first <= last && first > (found[index - 1]?.[1] ?? -2) + 1),
    );
    const missing = new NumberRanges(set.missing(1, 79));
    assert.deepEqual(
      all.slice(1).filter((value) => missing.has(value)),
      all.slice(1).filter((value) => !model.has(value)),
    );
    assert.deepEqual(readRanges(JSON.parse(JSON.stringify(set)), 100), found);
  }),
  property("number ranges: any JSON is some or none", fc.jsonValue(), (value) => {
    const read = readRanges(value, 10);
    assert.ok(read === undefined || read.every(([first, last]) => first >= 1 && first <= last));
  }),
  property(
    "face id: it says time, epoch and number",
    fc.tuple(fc.nat(2 ** 31), uuid, fc.integer({ min: 1, max: 2 ** 32 - 1 })),
    ([time, epoch, seq]) => {
      assert.deepEqual(readFaceId(faceId(time, epoch, seq)), { capturedAt: time, tag: epochTag(epoch), seq });
    },
  ),
  property("face id: any text is one or none", anyText, (text) => {
    readFaceId(text);
  }),
  property("name: the safe form is safe, and its own", anyText, (text) => {
    const safe = safeName(text);
    assert.ok(Buffer.byteLength(safe) <= longestName && /^[\p{L}\p{N}_-][\p{L}\p{N}._-]*$/u.test(safe), safe);
    assert.equal(safeName(safe), safe);
  }),
];
