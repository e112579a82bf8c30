import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { deflateSync } from "node:zlib";
import { styleFor } from "../../src/base/terminal-style.ts";
import { landmarksOf } from "../../src/face/face.ts";
import { toJson, toText } from "../../src/face/format.ts";
import { decodeMessage } from "../../src/face/message.ts";
import { parseKeyTemplate } from "../../src/face/object-key.ts";
import { addPngTexts, readPngText } from "../../src/face/png.ts";
import { toStored } from "../../src/face/stored-objects.ts";
import { decodedFacts, facts } from "./pictures.ts";

const defaultKey = "{camera}/{yyyy}/{mm}/{dd}/{HH}{MM}{SS}.{ms}-{id}.{ext}";
const everyPart = "{camera}/{detector}/{epoch}/{seq}/{yyyy}-{mm}-{dd}/{id}.{ext}";

/** One gray pixel, encoded by hand: IHDR, IDAT, IEND (PNG, section 11.2). */
function smallPng(): Buffer {
  const header = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
  const chunks = [
    ["IHDR", header],
    ["IDAT", deflateSync(Buffer.from([0, 128]))],
    ["IEND", Buffer.alloc(0)],
  ] as const;
  const parts = chunks.map(([type, data]) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    checksum.writeUInt32BE(bitwiseCrc(body));
    return Buffer.concat([length, body, checksum]);
  });
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), ...parts]);
}

/** CRC-32 as in the PNG specification (annex D), bit by bit: not with the library under test. */
function bitwiseCrc(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

const landmarks = landmarksOf((_name, nth) => ({ x: nth + 0.5, y: 10 * nth }));
const original = { bytes: 90_000, width: 300, height: 200, format: "png" };
const withText = (text: string) => addPngTexts(smallPng(), [{ type: "iTXt", keyword: "facepipe", text }]);
const withFacts = (more: object) => withText(JSON.stringify({ ...facts, ...more }));
const received = (payload: Buffer, topic = "faces/a") => ({ topic, payload, qos: 1, retain: false });

test("the PNG of these tests is valid", () => {
  assert.equal(decodeMessage(smallPng()).kind, "foreign");
  assert.equal(decodeMessage(withFacts({})).kind, "face");
  assert.equal(readPngText(withText("häßlich 門"), "facepipe"), "häßlich 門");
});

test("a picture with facts that detect would not write is foreign", () => {
  const wrong: Record<string, unknown>[] = [
    { v: 2 },
    { v: "1" },
    { id: "../../etc/passwd" },
    { id: `${facts.id}/../../x` },
    { id: `${facts.id}\n` },
    { id: [facts.id] },
    { epoch: "yesterday" },
    { camera: "" },
    { camera: 5 },
    { camera: ["a"] },
    { seq: 0 },
    { seq: 1.5 },
    { seq: "1" },
    { seq: 2 ** 60 },
    { capturedAt: "2026-11-21" },
    { capturedAt: "2026-11-21T14:03:22.123+01:00" },
    { capturedAt: "2026-13-41T99:03:22.123Z" },
    { capturedAt: "/../../../T14:03:22.123Z" },
    { capturedAt: 1 },
    { frame: null },
    { frame: { ...facts.frame, index: "1" } },
    { box: undefined },
    { box: { ...facts.box, x: null } },
    { crop: null },
    { crop: [1, 2, 3, 4] },
    { crop: { ...facts.box, width: "118" } },
    { crop: { x: 1, y: 2, width: 3 } },
    { aligned: false },
    { aligned: "true" },
    { aligned: null },
    { score: "0.9" },
    { detector: {} },
    { visit: 1 },
    { visit: "0" },
    { quality: "good" },
    { quality: null },
    { landmarks: null },
    { landmarks: { ...landmarks, nose: { x: 1 } } },
    { reduced: null },
    { reduced: true },
    { reduced: { ...original, bytes: "90000" } },
    { reduced: { ...original, bytes: 0 } },
    { reduced: { ...original, width: 1.5 } },
    { reduced: { ...original, height: undefined } },
    { reduced: { ...original, format: "gif" } },
  ];
  for (const more of wrong)
    assert.equal(decodeMessage(withFacts(more)).kind, "foreign", JSON.stringify(more));
  for (const text of [
    "",
    "null",
    "[]",
    "1",
    '"x"',
    "{}",
    "{",
    "[".repeat(60_000),
    "[".repeat(200_000),
    '{"__proto__":null}',
  ])
    assert.equal(decodeMessage(withText(text)).kind, "foreign", text.slice(0, 20));
});

test("the optional facts are decoded again, without other fields", () => {
  const { nose } = landmarks;
  const crop = { x: 200, y: 80, width: 160, height: 150 };
  const more = {
    crop: { ...crop, z: 1 },
    aligned: true,
    visit: "12",
    quality: 0.5,
    landmarks: { ...landmarks, nose: { ...nose, z: 1 }, chin: nose },
    reduced: { ...original, quality: 85 },
  };
  const decoded = decodeMessage(withFacts({ ...more, box: { ...facts.box, z: 1 } }));
  assert.ok(decoded.kind === "face");
  assert.deepEqual(decoded.facts, { ...facts, ...more, crop, landmarks, reduced: original });
});

test("only the facts are copied, whatever else the text contains", () => {
  const deep = `{"deep":${"[".repeat(30_000)}${"]".repeat(30_000)}`;
  const text = `${deep},"topic":"forged","__proto__":{"camera":"forged"},${JSON.stringify({ ...facts, constructor: 1 }).slice(1)}`;
  const message = withText(text);
  const decoded = decodeMessage(message);
  assert.deepEqual(decoded.kind === "face" && decoded.facts, decodedFacts);
  const line = JSON.parse(toJson(received(message), new Date(0)));
  assert.equal(line.topic, "faces/a");
  assert.deepEqual({ ...line, ...facts }, line);
});

test("any camera name results in a key that can be stored, below the root", () => {
  const names = [
    "../../etc",
    "..",
    ".",
    "/",
    "a/../../b",
    "a\\..\\b",
    "\0",
    "a\u0000b\r\nc",
    "~",
    " ",
    ".hidden",
    "-rf",
    "%2e%2e%2f",
    "．．/",
    "门".repeat(300),
    "😀".repeat(300),
    "e\u0301".repeat(300),
    "\ud800",
    "__proto__",
    "constructor",
    "x".repeat(300),
    "x".repeat(25_000),
  ];
  for (const template of [defaultKey, everyPart]) {
    for (const camera of names) {
      const { objects } = toStored(
        "faces/a",
        withFacts({ camera, detector: camera }),
        new Date(0),
        parseKeyTemplate(template),
      );
      assert.equal(objects.length, 1);
      const [{ key, metadata } = { key: "", metadata: {} }] = objects;
      const parts = key.split("/");
      assert.equal(parts.length, template.split("/").length, key);
      assert.ok(Buffer.byteLength(key) <= 1024);
      for (const part of parts) {
        assert.ok(Buffer.byteLength(part) <= 255, part);
        assert.match(part, /^[\p{L}\p{N}_-][\p{L}\p{N}._-]*$/u);
      }
      // S3: at most 2 KB, and percent-encoding triples each byte that is not ASCII.
      const sent = Object.entries(metadata).map(
        ([name, value]) => name + encodeURIComponent(String(Buffer.from(value))),
      );
      assert.ok(sent.join("").length <= 2048, `${sent.join("").length} bytes of metadata`);
    }
  }
});

test("a name cannot move the cursor or forge a log line", () => {
  const evil = "a\x1b[2J\n2026 forged\r\u009b1m\u2028\u202e";
  for (const payload of [
    withFacts({ camera: evil, detector: evil }),
    smallPng(),
    Buffer.from("no picture"),
  ]) {
    const line = toText(received(payload, evil), new Date(0), styleFor(1));
    assert.doesNotMatch(line, /[\p{C}\u2028\u2029]/u);
    assert.ok([...toJson(received(payload, evil), new Date(0))].every((letter) => letter >= " "));
  }
  const long = toText(received(withFacts({ camera: "x".repeat(1e6) })), new Date(0), styleFor(1));
  assert.ok(long.length < 400, `${long.length}`);
});

test("no payload of 16 MB takes more memory than a part of its size to decode", () => {
  const decode = (...args: string[]) => {
    const node = ["--import", "tsx", "--max-old-space-size=64", "test/face/worst-payloads.ts", ...args];
    return JSON.parse(execFileSync(process.execPath, node).toString());
  };
  for (const name of decode()) {
    const { megabytes } = decode(name);
    assert.ok(megabytes < 8, `${name}: ${megabytes} MB`);
  }
});

test("a text of more than 64 KiB is no facts, a shorter one is", () => {
  const padded = (length: number) => withText(JSON.stringify(facts).padEnd(length));
  assert.equal(decodeMessage(padded(60_000)).kind, "face");
  assert.equal(decodeMessage(padded(70_000)).kind, "foreign");
});
