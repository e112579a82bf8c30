import assert from "node:assert/strict";
import { test } from "node:test";
import { epochTag, faceId, newEpoch } from "../../src/face/face-id.ts";
import { parseKeyTemplate } from "../../src/face/object-key.ts";
import { keyReaderFor } from "../../src/face/stored-key.ts";
import { defaultKey } from "../../src/roles/store/options.ts";
import { facts } from "./pictures.ts";

const epoch = newEpoch();
const time = Date.parse(facts.capturedAt);
const id = faceId(time, epoch, 17);
const face = { ...facts, id, epoch };
const hash = "9ed97c950c330a5b556b00fe9d463905";

for (const template of [
  defaultKey,
  "{id}.{ext}",
  "{epoch}/{seq}",
  "a+b (c)/{camera}.{detector}/{camera}-{seq}-{epoch}.{ext}",
  "{camera}{yyyy}{mm}{dd}{id}",
]) {
  test(`a face's key is read with its template: ${template}`, () => {
    const key = parseKeyTemplate(template)(face, "jpg");
    const camera = template.includes("{camera}") ? "Höf_Tür_門" : undefined;
    const hasId = template.includes("{id}");
    for (const prefix of ["", "site-a/", "site a/b/"]) {
      assert.deepEqual(keyReaderFor(template)(prefix + key), {
        kind: "face",
        tag: epochTag(epoch),
        seq: 17,
        id: hasId ? id : undefined,
        capturedAt: hasId ? time : undefined,
        camera,
        epoch: template.includes("{epoch}") ? epoch : undefined,
      });
    }
  });
}

test("what a key does not determine is not read from it", () => {
  const read = keyReaderFor("{camera}-{detector}{seq}/{epoch}/{id}.{ext}");
  const key = parseKeyTemplate("{camera}-{detector}{seq}/{epoch}/{id}.{ext}")(
    { ...face, camera: "a-1" },
    "png",
  );
  assert.deepEqual(read(key), {
    ...{ kind: "face", tag: epochTag(epoch), seq: 17, id, capturedAt: time, camera: undefined, epoch },
  });
});

test("a publisher may write ids in capitals", () => {
  const read = keyReaderFor("{epoch}/{seq}");
  const capitals = epoch.toUpperCase();
  const found = read(`${capitals}/000000017`);
  assert.deepEqual(found.kind === "face" && [found.tag, found.seq], [epochTag(epoch), 17]);
  assert.equal(read(`epochs/cam0/${capitals}.json`).kind, "epoch");
});

test("an id is found in the name of a picture, whatever its folder", () => {
  const read = keyReaderFor("{epoch}/{seq}");
  for (const key of [`${id}.png`, `x/copy of 140322-${id}.JPEG`, `${id} (1).jpg`]) {
    const found = read(key);
    assert.ok(found.kind === "face" && found.seq === 17 && found.camera === undefined, key);
  }
});

test("what is no face of ours", () => {
  const read = keyReaderFor(defaultKey);
  const alien = "0b0fa1f2-7c1c-4a4e-8a0c-3f2b7a2a9f10";
  for (const [key, kind] of [
    [`foreign/cam0/${hash}.webp`, "foreign"],
    [`cam0/2026/11/21/140322.123-${alien}.png`, "foreign"],
    [`rejected/${hash}.bin`, "rejected"],
    [`site-a/rejected/${hash}.json`, "note"],
    [`epochs/cam0/${epoch}.json`, "epoch"],
    ["erased/2026-11-21T140322.123Z-0badcafe.json", "erasure"],
    [`epochs/cam0/${epoch}.txt`, "other"],
    [`${id}.json`, "other"],
    ["README.txt", "other"],
    ["", "other"],
  ] as const) {
    assert.equal(read(key).kind, kind, key);
  }
  // A template of the id alone does not take a record, whose name is a UUID too, for a face.
  assert.equal(keyReaderFor("{id}.{ext}")(`epochs/cam0/${epoch}.json`).kind, "epoch");
});
