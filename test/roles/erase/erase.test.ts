import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { epochTag, faceId, newEpoch } from "../../../src/face/face-id.ts";
import { faceMessages, smallPng } from "../../pipeline/faces.ts";
import { objectsInBucket, objectsInFolder } from "../../pipeline/objects.ts";
import { useCeph } from "../../sinks/s3/fixture.ts";
import { cephMissing } from "../../support/ceph.ts";
import { findCommand } from "../../support/commands.ts";
import { facepipe } from "../../support/facepipe.ts";
import { emptyFolder } from "../../support/folder.ts";
import { atTerminal } from "../../support/screen.ts";
import { facesOf, numbers, objectsOf, recordOf, start, writeTo } from "../audit/store.ts";

const second = 1000;

async function auditOf(t: TestContext, folder: string) {
  const { stdout } = await facepipe(t, ["audit", "--from", folder, "--json"]);
  return JSON.parse(stdout);
}

/** Keys of all objects but the records. */
async function keysIn(folder: string): Promise<string[]> {
  const keys = [...(await objectsInFolder(folder)).keys()];
  return keys.filter((key) => !/^(erased|epochs|\.facepipe-tmp)\//.test(key)).sort();
}

test("erased faces are gone with their folders, and no loss for audit; the record says which, and no more", async (t) => {
  const folder = emptyFolder(t);
  const [mine, other] = [newEpoch(), newEpoch()];
  writeTo(
    folder,
    facesOf(mine, numbers([1, 10]), { camera: "Türe 1" }),
    recordOf(mine, 10, { camera: "Türe 1" }),
  );
  const others = facesOf(other, numbers([1, 3]));
  writeTo(folder, others);
  const { code, stdout, stderr } = await facepipe(t, [
    "erase",
    "--from",
    folder,
    "--camera",
    "Türe 1",
    "--yes",
  ]);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(
    stdout,
    /^10 objects, \d+\.\d kB, 2026-11-21T14:00:00Z to 2026-11-21T14:00:09Z\ncameras: Türe_1\n/,
  );
  assert.match(
    stdout,
    /\n {2}and 5 more objects\nerased 10 objects from file:.*; recorded in erased\/\S+\.json\n$/,
  );
  assert.deepEqual(await keysIn(folder), [...others.keys()].sort());
  assert.deepEqual(
    readdirSync(folder)
      .filter((name) => !name.startsWith("."))
      .sort(),
    ["cam0", "epochs", "erased"],
  );
  const [name = ""] = readdirSync(join(folder, "erased"));
  const { erasedAt, ...record } = JSON.parse(readFileSync(join(folder, "erased", name), "utf8"));
  assert.match(erasedAt, /^\d{4}-\d\d-\d\dT/);
  assert.deepEqual(record, { v: 1, faces: [{ camera: "Türe_1", tag: epochTag(mine), ranges: [[1, 10]] }] });
  const { complete, epochs } = await auditOf(t, folder);
  assert.ok(complete);
  assert.deepEqual([epochs[0].camera, epochs[0].stored, epochs[0].erased], ["Türe 1", 0, [[1, 10]]]);
});

test("--after, --before, --id and --visit select faces, and all of them must match", async (t) => {
  const [one, two] = [newEpoch(), newEpoch()];
  const time = (seq: number) => new Date(start + (seq - 1) * second).toISOString();
  const berlin = time(4).replace("T14:", "T15:").replace("Z", "+01:00");
  const withId = "{camera}/{id}.{ext}";
  // What the key does not say is read from the pictures.
  const withoutId = "{epoch}-{seq}.{ext}";
  for (const [template, args, ofOne, ofTwo] of [
    [withId, ["--after", time(4)], [4, 5, 6], [4, 5, 6]],
    [withId, ["--before", time(2), "--camera", "cam0"], [1], []],
    [withId, ["--after", time(2), "--before", berlin], [2, 3], [2, 3]],
    [withId, ["--after", "2026-11-21", "--before", "2026-11-22"], [1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6]],
    [withId, ["--id", faceId(start, one, 1), "--id", faceId(start + second, two, 2).toUpperCase()], [1], [2]],
    [withId, ["--visit", "7", "--before", time(3)], [], [1, 2]],
    [withId, ["--visit", "7", "--camera", "cam0"], [], []],
    [withoutId, ["--camera", "cam1", "--after", time(5)], [], [5, 6]],
    [withoutId, ["--id", faceId(start, one, 1)], [1], []],
  ] as const) {
    const folder = emptyFolder(t);
    const stored = (epoch: string, more: { camera: string; visit?: string }) =>
      [...numbers([1, 6])].map((seq) => facesOf(epoch, [seq], { template, ...more }));
    const faces = [stored(one, { camera: "cam0" }), stored(two, { camera: "cam1", visit: "7" })];
    writeTo(folder, ...faces.flat());
    const command = ["erase", "--from", folder, "--object-key", template, ...args, "--yes"];
    const { code } = await facepipe(t, command);
    assert.equal(code, 0);
    const kept = faces.flatMap((each, index) =>
      each.filter((_, at) => !([ofOne, ofTwo][index] as readonly number[]).includes(at + 1)),
    );
    const keys = kept.flatMap((each) => [...each.keys()]).sort();
    assert.deepEqual(await keysIn(folder), keys, `${template} ${args.join(" ")}`);
  }
});

test("foreign pictures match by camera, id and time of storage, rejected payloads by id and time", async (t) => {
  const ids = (keys: Iterable<string>) => [...keys].map((key) => /([^/]+)\.\w+$/.exec(key)?.[1] ?? "");
  const foreign = objectsOf([smallPng(1)], "faces/door");
  const rejected = objectsOf(["no picture"]);
  // A face with an id that is not ours.
  const alien = objectsOf(faceMessages(1, "cam0"));
  const [door, refused, others] = [foreign, rejected, alien].map((each) => [...each.keys()]) as [
    string[],
    string[],
    string[],
  ];
  const all = [...door, ...refused, ...others].sort();
  const rest = (gone: readonly string[]) => all.filter((key) => !gone.includes(key));
  for (const [args, gone] of [
    [["--camera", "door"], door],
    [["--camera", "cam0"], others],
    [["--id", ids(refused)[0] ?? ""], refused],
    [["--id", ids(door)[0] ?? ""], door],
    [["--after", "2020-01-01"], all],
    [["--before", "2020-01-01"], []],
    [["--visit", "3"], []],
  ] as const) {
    const folder = emptyFolder(t);
    writeTo(folder, foreign, rejected, alien, new Map([["README.txt", Buffer.from("mine")]]));
    const { code, stdout } = await facepipe(t, ["erase", "--from", folder, ...args, "--yes"]);
    assert.equal(code, 0);
    const expected = rest(gone);
    assert.deepEqual(
      await keysIn(folder),
      ["README.txt", ...expected].sort(),
      `${args.join(" ")}\n${stdout}`,
    );
    assert.ok(expected.length < all.length || stdout.startsWith("nothing in file:"));
  }
});

test("without a terminal it needs --yes, and always a selection; nothing is erased", async (t) => {
  const folder = emptyFolder(t);
  writeTo(folder, facesOf(newEpoch(), [1]));
  for (const [args, sentence] of [
    [["--camera", "cam0"], /--yes is required/],
    [["--yes"], /at least one of --camera, --visit, --id, --after and --before is required/],
    [["--yes", "--after", "2026-11-22", "--before", "2026-11-21"], /--after must be before --before/],
    [["--yes", "--before", "2026-02-30"], /--before "2026-02-30": must be a date/],
    [["--yes", "--before", "yesterday"], /must be a date/],
    [["--yes", "--id", "7"], /must be an id/],
    [["--yes", "--visit", "x"], /must be the number of a visit/],
  ] as const) {
    const { code, stdout, stderr } = await facepipe(t, ["erase", "--from", folder, ...args]);
    assert.deepEqual([code, stdout], [3, ""], stderr);
    assert.match(stderr, sentence);
  }
  assert.equal((await keysIn(folder)).length, 1);
});

test("on a terminal it asks; only yes erases", {
  skip: !findCommand("python3") && "needs python3",
}, async (t) => {
  const folder = emptyFolder(t);
  writeTo(folder, facesOf(newEpoch(), [1, 2]));
  const args = ["erase", "--from", folder, "--camera", "cam0"];
  for (const [keys, kept, exitCode] of [
    ["\n", 2, 0],
    ["n\n", 2, 0],
    ["\x04", 2, 0],
    ["\x03", 2, 2],
    ["y\n", 0, 0],
  ] as const) {
    const { code, raw } = await atTerminal(args, keys, "Erase 2 objects? [y/N] ");
    assert.deepEqual([code, (await keysIn(folder)).length], [exitCode, kept], JSON.stringify([keys, raw]));
  }
});

test("an interrupted erasure: what is still stored is stored, and the same command erases it", async (t) => {
  const folder = emptyFolder(t);
  const epoch = newEpoch();
  const faces = facesOf(epoch, [1, 2, 3]);
  writeTo(folder, faces, recordOf(epoch, 3));
  const args = ["erase", "--from", folder, "--camera", "cam0", "--yes"];
  await facepipe(t, args);
  // The record is written before the first face is removed.
  writeTo(folder, new Map([...faces].slice(1)));
  const [before] = (await auditOf(t, folder)).epochs;
  assert.deepEqual([before.stored, before.erased, before.missing], [2, [[1, 1]], []]);
  await facepipe(t, args);
  const [after] = (await auditOf(t, folder)).epochs;
  assert.deepEqual([after.stored, after.erased, after.missing], [0, [[1, 3]], []]);
});

suite("erase in a bucket", { skip: cephMissing() ?? false }, () => {
  const s3 = useCeph();

  test("more than a request removes, below the prefix alone", async (t) => {
    const { bucket } = await s3.openSink(t);
    const epoch = newEpoch();
    const faces = facesOf(epoch, numbers([1, 1100]));
    const objects = [...faces, ...recordOf(epoch, 1100)].map(([key, Body]) => ({
      Key: `site-a/${key}`,
      Body,
    }));
    objects.push(...[...facesOf(epoch, [1])].map(([key, Body]) => ({ Key: `site-b/${key}`, Body })));
    while (objects.length > 0)
      await Promise.all(
        objects.splice(0, 50).map((each) => s3.admin.send(new PutObjectCommand({ Bucket: bucket, ...each }))),
      );
    const store = ["--from", `s3://${bucket}/site-a`, "--path-style"];
    const before = new Date(start + 1050 * second).toISOString();
    const args = ["erase", ...store, "--camera", "cam0", "--before", before, "--yes"];
    const { code, stdout, stderr } = await facepipe(t, args, { env: s3.ceph.env });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^erased 1,050 objects from s3:/m);
    const keys = [...(await objectsInBucket(s3.admin, bucket)).keys()];
    assert.equal(keys.filter((key) => key.startsWith("site-a/cam0/")).length, 50);
    assert.equal(keys.filter((key) => key.startsWith("site-b/cam0/")).length, 1);
    const audited = await facepipe(t, ["audit", ...store, "--json"], { env: s3.ceph.env });
    const { complete, epochs } = JSON.parse(audited.stdout);
    assert.deepEqual([complete, epochs[0].stored, epochs[0].erased], [true, 50, [[1, 1050]]]);
  });

  test("a login without permission is told which it needs, and nothing is erased", async (t) => {
    const { bucket } = await s3.openSink(t);
    const [[key, Body] = ["", Buffer.of()]] = facesOf(newEpoch(), [1]);
    await s3.admin.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body }));
    const args = ["erase", "--from", `s3://${bucket}`, "--path-style", "--camera", "cam0", "--yes"];
    const { code, stderr } = await facepipe(t, args, { env: (await s3.ceph.createUser()).env });
    assert.equal(code, 1);
    assert.match(stderr, /\(AccessDenied\)\. .*s3:DeleteObject/);
  });
});
