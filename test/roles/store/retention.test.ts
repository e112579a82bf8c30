import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { epochTag, newEpoch } from "../../../src/face/face-id.ts";
import { readDuration } from "../../../src/settings/duration.ts";
import { smallPng } from "../../pipeline/faces.ts";
import { objectsInFolder } from "../../pipeline/objects.ts";
import { facepipe } from "../../support/facepipe.ts";
import { emptyFolder } from "../../support/folder.ts";
import {
  facesOf,
  messagesOf,
  numbers,
  objectsOf,
  recordOf,
  type StoredObjects,
  writeTo,
} from "../audit/store.ts";
import { publishFaces, roomyBroker, storeTo } from "./fixture.ts";

const day = 86_400_000;

/** A store with these objects, written this long ago. */
function storedAgo(t: TestContext, age: number, ...stores: readonly StoredObjects[]): string {
  const folder = emptyFolder(t);
  writeTo(folder, ...stores);
  const time = new Date(Date.now() - age);
  for (const key of stores.flatMap((each) => [...each.keys()])) utimesSync(join(folder, key), time, time);
  return folder;
}

async function keysIn(folder: string): Promise<string[]> {
  return [...(await objectsInFolder(folder)).keys()].filter((key) => !key.startsWith("erased/")).sort();
}

test("--retain removes what is older, and audit calls it erased; records, other files and new faces stay", async (t) => {
  const [old, recent] = [newEpoch(), newEpoch()];
  const olds = facesOf(old, numbers([1, 5]), { start: Date.now() - 31 * day });
  const kept = [
    facesOf(recent, numbers([1, 3]), { start: Date.now() - 29 * day, camera: "yard" }),
    recordOf(old, 5),
    new Map([["README.txt", Buffer.from("mine")]]),
  ] as const;
  const foreign = objectsOf([smallPng(1)], "faces/door");
  const rejected = objectsOf(["no picture"]);
  const folder = storedAgo(t, 31 * day, olds, ...kept, foreign, rejected);
  const broker = await roomyBroker(t);
  const store = await storeTo(t, broker, folder, {}, "--retain", "30d");
  const { objects, bytes } = await store.event("retention_removed");
  const gone = [olds, foreign, rejected].flatMap((each) => [...each.values()]);
  assert.deepEqual([objects, bytes], [gone.length, gone.reduce((sum, body) => sum + body.length, 0)]);
  // Captured long ago, and stored just now: it stays until a later pass.
  const late = messagesOf(old, [6], { start: Date.now() - 31 * day });
  await publishFaces(t, broker, late);
  await store.event("object_written");
  assert.deepEqual((await store.stop()).code, 0);
  const expected = [...kept, objectsOf(late)].flatMap((each) => [...each.keys()]);
  assert.deepEqual(await keysIn(folder), expected.sort());
  const [name = ""] = readdirSync(join(folder, "erased"));
  const { erasedAt: _, ...record } = JSON.parse(readFileSync(join(folder, "erased", name), "utf8"));
  const faces = [{ camera: "cam0", tag: epochTag(old), ranges: [[1, 5]] }];
  assert.deepEqual(record, { v: 1, faces, reason: "retention" });
  const { stdout } = await facepipe(t, ["audit", "--from", folder, "--json"]);
  const { complete, epochs } = JSON.parse(stdout);
  assert.ok(complete, stdout);
  assert.deepEqual(epochs[0].erased, [[1, 5]]);
});

test("--retain-max removes the oldest by capture, until the directory is small enough, and no more", async (t) => {
  const epochs = [newEpoch(), newEpoch()];
  // The second camera's faces are between those of the first.
  const faces = [0, 500].flatMap((offset, nth) =>
    [...numbers([1, 50])].map((seq) =>
      facesOf(epochs[nth] ?? "", [seq], { start: Date.now() - day + offset, camera: `cam${nth}` }),
    ),
  );
  const folder = storedAgo(t, day, ...faces);
  const size = (keys: readonly string[]) =>
    keys.reduce((sum, key) => sum + statSync(join(folder, key)).size, 0);
  const total = size(await keysIn(folder));
  const most = Math.round(total * 0.6);
  const store = await storeTo(t, await roomyBroker(t), folder, {}, "--retain-max", String(most));
  await store.event("retention_removed");
  await store.stop();
  const left = size(await keysIn(folder));
  assert.ok(left <= most * 0.95 && left > most * 0.9, `${left} of ${total}, allowed ${most}`);
  const cameras = [0, 1].map((nth) => readdirSync(join(folder, `cam${nth}`), { recursive: true }).length);
  assert.ok(Math.abs((cameras[0] ?? 0) - (cameras[1] ?? 0)) <= 1, `the oldest of both: ${cameras}`);
  const { stdout } = await facepipe(t, ["audit", "--from", folder, "--json"]);
  assert.ok(JSON.parse(stdout).complete, stdout);
});

test("a bucket has no retention of ours, and a duration has a unit", async (t) => {
  for (const option of [
    ["--retain", "30d"],
    ["--retain-max", "1GiB"],
  ]) {
    const { code, stderr } = await facepipe(t, ["store", "--to", "s3://bucket/site-a", ...option]);
    assert.equal(code, 3);
    assert.match(stderr, /--retain and --retain-max are for a directory: a bucket needs a lifecycle rule/);
  }
  assert.deepEqual(
    ["12h", "30d", "2W"].map((text) => readDuration(text) / 3_600_000),
    [12, 720, 336],
  );
  for (const text of ["", "30", "0d", "-1d", "1.5d", "30 days", "1y"])
    assert.throws(() => readDuration(text), /must be a duration/, text);
});
