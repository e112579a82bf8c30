import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { encodeFace } from "../../src/face/message.ts";
import { firstBytes, safeName } from "../../src/face/name.ts";
import { parseKeyTemplate } from "../../src/face/object-key.ts";
import { toStored } from "../../src/face/stored-objects.ts";
import { draw, facts, pillowMissing } from "./pictures.ts";

const skip = pillowMissing() ?? false;
const defaultKey = parseKeyTemplate("{camera}/{yyyy}/{mm}/{dd}/{HH}{MM}{SS}.{ms}-{id}.{ext}");
const noon = new Date("2026-11-21T12:00:00Z");
const hash = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex").slice(0, 32);

test("a face's key contains camera, UTC time of capture and id", { skip }, () => {
  const png = encodeFace(draw("PNG"), "png", { ...facts, camera: "cam0" });
  const stored = toStored("faces/elsewhere", png, noon, defaultKey);
  assert.ok(stored.kind === "face");
  const [object] = stored.objects;
  assert.equal(object?.key, `cam0/2026/11/21/140322.123-${facts.id}.png`);
  assert.equal(object?.contentType, "image/png");
  assert.equal(object?.body, png);
  assert.deepEqual(object?.metadata, {
    id: facts.id,
    camera: "cam0",
    epoch: facts.epoch,
    seq: "17",
    "captured-at": "2026-11-21T14:03:22.123Z",
    frame: "640x480",
    "frame-index": "512",
    box: "220,96,118,117",
    score: "0.94",
    detector: "yunet",
  });
  const jpeg = encodeFace(draw("JPEG"), "jpeg", facts);
  const [{ key, contentType } = { key: "", contentType: "" }] = toStored(
    "faces/x",
    jpeg,
    noon,
    defaultKey,
  ).objects;
  assert.equal(key, `Höf_Tür_門/2026/11/21/140322.123-${facts.id}.jpg`);
  assert.equal(contentType, "image/jpeg");
});

test("the metadata tells which part of the frame the picture shows", { skip }, () => {
  const crop = { x: 200, y: 80, width: 160, height: 150 };
  const told = (more: object) => {
    const message = encodeFace(draw("PNG"), "png", { ...facts, ...more });
    const [object] = toStored("faces/x", message, noon, defaultKey).objects;
    return [object?.metadata["crop"], object?.metadata["aligned"]];
  };
  assert.deepEqual(told({ crop }), ["200,80,160,150", undefined]);
  assert.deepEqual(told({ crop, aligned: true }), ["200,80,160,150", "true"]);
});

test("a reduced face has the key of the face, with the extension of what it is now", { skip }, () => {
  const reduced = { bytes: 90_000, width: 300, height: 200, format: "png" } as const;
  const objects = [
    encodeFace(draw("PNG"), "png", facts),
    encodeFace(draw("JPEG"), "jpeg", { ...facts, reduced }),
  ].flatMap((message) => toStored("faces/x", message, noon, defaultKey).objects);
  const [before, after] = objects;
  assert.equal(objects.length, 2);
  assert.equal(after?.key, before?.key.replace(/png$/, "jpg"));
  assert.equal(after?.contentType, "image/jpeg");
  assert.deepEqual(after?.metadata, before?.metadata);
});

test("every part of a template", () => {
  const key = parseKeyTemplate("{epoch}/{seq}/{detector}/{id}-{dd}.{mm}.{yyyy} {HH}h{MM}m{SS}s{ms}.{ext}");
  assert.equal(
    key({ ...facts, capturedAt: "1999-01-02T03:04:05.006Z", detector: "my/net" }, "png"),
    `${facts.epoch}/000000017/my_net/${facts.id}-02.01.1999 03h04m05s006.png`,
  );
});

test("a template that could lose or misplace faces is refused with the reason", () => {
  const faults: Record<string, RegExp> = {
    "{camera}/{ms}.{ext}": /must contain \{id\}/,
    "{seq}.{ext}": /must contain \{id\}/,
    "{epoch}.{ext}": /must contain \{id\}/,
    "{camera}/{ID}": /has no \{ID\}; there are \{camera\}, \{id\}/,
    "{constructor}{id}": /has no \{constructor\}/,
    "{}{id}": /has no \{\}/,
    "/{id}": /relative path/,
    "{id}/": /relative path/,
    "a//{id}": /relative path/,
    "../{id}": /relative path/,
    "a/../{id}": /relative path/,
    "./{id}": /relative path/,
    "a\\{id}": /relative path/,
    "a\n{id}": /relative path/,
    "{id}/{camera": /unmatched/,
    "{id}}": /unmatched/,
    // A camera's name may end or begin with digits, or be like an id.
    "{camera}{seq}/{epoch}": /must keep .* apart from .* by - or \//,
    "{epoch}/{seq}{camera}": /must keep/,
    "{epoch}/{camera}.{seq}-{detector}": /must keep/,
    "{camera}{id}{detector}": /must keep/,
    "{id}.json": /must not end like the name of a record/,
    "{id}.{camera}": /must not end like/,
    [`${"x".repeat(220)}{id}`]: /too long/,
    "{camera}{camera}{id}{epoch}": /too long/,
    [`${"abcd/".repeat(200)}{id}`]: /too long/,
  };
  for (const [template, reason] of Object.entries(faults)) {
    assert.throws(() => parseKeyTemplate(template), { message: reason }, template);
  }
  for (const template of [
    "{epoch}/{seq}",
    "{camera}-{epoch}-{seq}.{ext}",
    "{seq}-{camera}/{epoch}",
    "{seq}{epoch}",
    "{camera} {seq} {detector}/{epoch}",
    "{camera}{camera}-{id}",
  ])
    assert.doesNotThrow(() => parseKeyTemplate(template), template);
});

test("a foreign picture is stored under its hash and the topic's last level", { skip }, () => {
  for (const [topic, camera] of [
    ["faces/entrance", "entrance"],
    ["entrance", "entrance"],
    ["faces/", "_"],
    ["faces/..", "_"],
    ["a/b c\0d", "b_c_d"],
    [`faces/${"門".repeat(300)}`, "門".repeat(33)],
  ] as const) {
    const gif = draw("GIF");
    const stored = toStored(topic, gif, noon, defaultKey);
    assert.equal(stored.kind, "foreign");
    assert.deepEqual(
      stored.objects.map(({ key, contentType }) => ({ key, contentType })),
      [{ key: `foreign/${camera}/${hash(gif)}.gif`, contentType: "image/gif" }],
    );
    assert.equal(stored.objects[0]?.metadata["received-at"], "2026-11-21T12:00:00.000Z");
  }
});

test("a payload that is not a picture is stored too, after a note with the reason", () => {
  const payload = Buffer.from("no picture");
  const stored = toStored("faces/entrance", payload, noon, defaultKey);
  assert.ok(stored.kind === "rejected");
  const [why, what] = stored.objects;
  assert.equal(why?.key, `rejected/${hash(payload)}.json`);
  assert.deepEqual(JSON.parse(String(why?.body)), {
    topic: "faces/entrance",
    reason: "the payload is not a picture",
  });
  assert.equal(what?.key, `rejected/${hash(payload)}.bin`);
  assert.equal(what?.body, payload);
  assert.equal(toStored("faces/entrance", Buffer.alloc(0), noon, defaultKey).objects.length, 2);
});

test("keys and bodies do not depend on the time of arrival", { skip }, () => {
  const messages = [encodeFace(draw("PNG"), "png", facts), draw("WEBP"), Buffer.from("x")];
  for (const payload of messages) {
    const at = (time: number) =>
      toStored("faces/a", Buffer.from(payload), new Date(time), defaultKey).objects.map(
        ({ key, body, contentType }) => {
          return { key, body, contentType };
        },
      );
    assert.deepEqual(at(0), at(1e12));
  }
});

test("a name is truncated between characters, and a safe name stays unchanged", () => {
  for (const name of ["cam0", "Höf-Tür_2.a", "門"]) assert.equal(safeName(name), name);
  assert.equal(safeName(".."), "_");
  assert.equal(safeName(""), "_");
  assert.equal(safeName("a b/c"), "a_b_c");
  assert.equal(safeName("x".repeat(101)), "x".repeat(100));
  assert.equal(firstBytes("a門門", 4), "a門");
  assert.equal(firstBytes("a門門", 5), "a門");
  assert.equal(firstBytes("a😀", 4), "a");
  assert.equal(firstBytes("a😀", 5), "a😀");
});
