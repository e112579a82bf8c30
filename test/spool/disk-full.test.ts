import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { deferred } from "../../src/base/deferred.ts";
import { hasCode } from "../../src/base/errors.ts";
import { emptyFolder } from "../support/folder.ts";
import { noSmallDisk as skip, smallDisk } from "../support/small-disk.ts";
import { Camera, fileHandlePrototype, openSpool, picture, segments, seqs } from "./fixture.ts";

test("while the disk is full appends wait; then all of them are there, each once", { skip }, async (t) => {
  const disk = smallDisk(t);
  if (disk === "") return;
  const directory = join(disk, "spool");
  const [trouble, recovered] = [deferred(), deferred()];
  const opened = await openSpool(t, directory, {
    onTrouble: (error) => {
      opened.troubles.push(error);
      trouble.resolve();
    },
    onRecovered: () => recovered.resolve(),
  });
  const { spool } = opened;
  const camera = new Camera(spool);
  const other = join(disk, "other-program");
  writeFileSync(other, Buffer.alloc(700_000));
  let appended = 0;
  const all = Array.from({ length: 200 }, (_, at) => camera.append(picture(at + 1)).then(() => appended++));
  await trouble.promise;
  assert.ok(appended < 200);
  assert.equal(opened.troubles[0]?.code, "SPOOL_DISK_FULL");
  rmSync(other);
  await recovered.promise;
  await Promise.all(all);
  assert.equal(opened.troubles.length, 1);
  await spool.close();

  const again = await openSpool(t, directory);
  assert.deepEqual(
    seqs(again.spool.oldest),
    Array.from({ length: 200 }, (_, at) => at + 1),
  );
  for (const face of again.spool.oldest) assert.deepEqual(await again.spool.read(face), picture(face.seq));
  assert.deepEqual(again.corrupt, []);
});

test("confirmations free a full disk, also after a restart", { skip }, async (t) => {
  const disk = smallDisk(t);
  if (disk === "") return;
  const directory = join(disk, "spool");
  const trouble = deferred();
  // Segments of 64 KiB, and a limit above what the disk has.
  const options = { maxBytes: 1_500_000, onTrouble: () => trouble.resolve() };
  const { spool } = await openSpool(t, directory, options);
  const camera = new Camera(spool);
  const outcomes = Promise.allSettled(Array.from({ length: 400 }, (_, at) => camera.append(picture(at + 1))));
  await trouble.promise;
  await spool.close();
  const durable = (await outcomes).filter(({ status }) => status === "fulfilled").length;
  assert.ok(durable > 200 && durable < 400);

  const { spool: again } = await openSpool(t, directory, { maxBytes: 1_500_000 });
  assert.equal(again.faces, durable);
  const waiting = Array.from({ length: 100 }, (_, at) =>
    again.append(
      { ...{ camera: "cam", epoch: camera.epoch, quality: 1, capturedAt: 0 }, seq: durable + 1 + at },
      picture(1),
    ),
  );
  for (const face of [...again.oldest].slice(0, 200)) {
    assert.deepEqual(await again.read(face), picture(face.seq));
    again.remove(face);
  }
  await Promise.all(waiting);
  assert.equal(again.faces, durable - 100);
});

for (const left of [0, 3, 30])
  test(`on a disk that others filled the only segment is freed when ${left} faces are left`, {
    skip,
  }, async (t) => {
    const disk = smallDisk(t, "16m");
    if (disk === "") return;
    const trouble = deferred();
    const options = { maxBytes: 2 ** 30, onTrouble: () => trouble.resolve() };
    const directory = join(disk, "spool");
    const { spool } = await openSpool(t, directory, options);
    const camera = new Camera(spool);
    for (let seq = 1; seq <= 100; seq++) await camera.append(picture(seq));
    assert.equal(segments(directory).length, 1);
    assert.throws(() => writeFileSync(join(disk, "other-program"), Buffer.alloc(2 ** 24)), /ENOSPC/);
    const waiting = Promise.all(Array.from({ length: 50 }, (_, at) => camera.append(picture(101 + at))));
    await trouble.promise;
    const faces = [...spool.oldest];
    for (const face of faces.slice(left)) spool.remove(face);
    if (left === 30) {
      // More than the reserve has: they wait until they are confirmed.
      while (segments(directory).length === 1) await setImmediate();
      for (const face of faces) spool.remove(face);
    }
    await waiting;
    for (const face of spool.oldest) assert.deepEqual(await spool.read(face), picture(face.seq));
    await spool.close();
    const again = await openSpool(t, directory, options);
    assert.deepEqual(again.corrupt, []);
    assert.equal(again.spool.faces, left === 3 ? faces.length - 97 + 50 : spool.faces);
  });

test("a disk that is smaller than the limit is used again and again", { skip }, async (t) => {
  const disk = smallDisk(t, "6m");
  if (disk === "") return;
  const directory = join(disk, "spool");
  let full = deferred();
  const { spool } = await openSpool(t, directory, { maxBytes: 2 ** 30, onTrouble: () => full.resolve() });
  const camera = new Camera(spool);
  let appended = 0;
  for (let round = 0; round < 3; round++) {
    const end = appended + 3000;
    const all = Array.from({ length: 3000 }, (_, at) => camera.append(picture(at)).then(() => appended++));
    while (appended < end) {
      await Promise.race([full.promise, Promise.all(all)]);
      full = deferred();
      for (const face of [...spool.oldest]) spool.remove(face);
    }
    await Promise.all(all);
  }
});

test("after an I/O error the faces are written to a new segment, each once", async (t) => {
  const directory = emptyFolder(t);
  const { spool, troubles } = await openSpool(t, directory);
  const camera = new Camera(spool);
  await camera.append(picture(1));
  const prototype = await fileHandlePrototype();
  const failure = Object.assign(new Error("EIO"), { code: "EIO" });
  t.mock.method(prototype, "write", () => Promise.reject(failure), { times: 1 });
  await Promise.all([camera.append(picture(2)), camera.append(picture(3))]);
  assert.deepEqual(
    troubles.map(({ code }) => code),
    ["SPOOL_NOT_WRITABLE"],
  );
  assert.equal(segments(directory).length, 2);
  await spool.close();
  const again = await openSpool(t, directory);
  assert.deepEqual(seqs(again.spool.oldest), [1, 2, 3]);
  assert.deepEqual(again.corrupt, []);
});

test("a directory that is not writable is refused with its reason", async (t) => {
  const path = join(emptyFolder(t), "file");
  writeFileSync(path, "");
  await assert.rejects(openSpool(t, path), (error) => hasCode(error, "SPOOL_NOT_WRITABLE"));
});
