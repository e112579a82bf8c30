import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyFolder } from "../support/folder.ts";
import { Camera, fileHandlePrototype, openSpool, picture, segments, seqs } from "./fixture.ts";

test("faces come out in the order in which they came in, also after the spool is opened again", async (t) => {
  const directory = emptyFolder(t);
  const { spool } = await openSpool(t, directory);
  const [one, two] = [new Camera(spool, "one"), new Camera(spool, "two")];
  for (let seq = 1; seq <= 5; seq++) {
    await one.append(picture(seq), { visit: "7", quality: 0.25 });
    await two.append(picture(100 + seq));
  }
  await spool.close();

  const { spool: again } = await openSpool(t, directory);
  const faces = [...again.oldest];
  assert.deepEqual(
    faces.map(({ camera, seq }) => `${camera}${seq}`),
    [1, 2, 3, 4, 5].flatMap((seq) => [`one${seq}`, `two${seq}`]),
  );
  const [first] = faces;
  assert.ok(first);
  const { visit, quality, bytes, epoch } = first;
  assert.deepEqual(
    { visit, quality, bytes, epoch },
    { visit: "7", quality: 0.25, bytes: 3000, epoch: one.epoch },
  );
  assert.deepEqual(await again.read(first), picture(1));
  assert.equal(again.find(one.epoch, 1), first);
  assert.equal(again.faces, 10);
});

test("a confirmed face does not return, whenever the spool is opened again", async (t) => {
  const directory = emptyFolder(t);
  const { spool } = await openSpool(t, directory);
  const camera = new Camera(spool);
  for (let seq = 1; seq <= 3; seq++) await camera.append(picture(seq));
  const second = spool.find(camera.epoch, 2);
  assert.ok(second);
  spool.remove(second);
  assert.equal(spool.has(second), false);
  assert.equal(await spool.read(second), undefined);
  await spool.close();
  assert.deepEqual(seqs((await openSpool(t, directory)).spool.oldest), [1, 3]);
});

test("an epoch is known with its last number, its dropped faces and its end, until it is closed", async (t) => {
  const directory = emptyFolder(t);
  const first = await openSpool(t, directory);
  const camera = new Camera(first.spool);
  for (let seq = 1; seq <= 3; seq++) await camera.append(picture(seq));
  const face = first.spool.find(camera.epoch, 2);
  assert.ok(face);
  first.spool.drop(face, "too_large");
  await first.spool.close();

  const second = await openSpool(t, directory);
  const [epoch] = second.spool.epochs;
  assert.ok(epoch);
  const { endedAt, last, faces, dropped } = epoch;
  assert.deepEqual(
    { camera: epoch.camera, endedAt, last, faces },
    { camera: "cam", endedAt: undefined, last: 3, faces: 2 },
  );
  assert.deepEqual([...(dropped.get("too_large") ?? [])], [[2, 2]]);
  second.spool.endEpoch(camera.epoch, "2026-01-01T00:00:00.000Z");
  await second.spool.close();

  const third = await openSpool(t, directory);
  assert.equal(third.spool.epochs[0]?.endedAt, "2026-01-01T00:00:00.000Z");
  third.spool.closeEpoch(camera.epoch);
  assert.deepEqual(third.spool.epochs, []);
  await third.spool.close();

  const { spool } = await openSpool(t, directory);
  assert.deepEqual([spool.epochs, spool.faces], [[], 0]);
});

test("a smaller picture takes the place of the old one", async (t) => {
  const directory = emptyFolder(t);
  const { spool } = await openSpool(t, directory);
  const camera = new Camera(spool);
  for (let seq = 1; seq <= 3; seq++) await camera.append(picture(seq));
  const face = spool.find(camera.epoch, 1);
  assert.ok(face);
  const smaller = await spool.replace(face, picture(9, 100));
  assert.equal(smaller.bytes, 100);
  assert.ok(spool.has(smaller));
  await spool.close();

  const { spool: again } = await openSpool(t, directory);
  assert.deepEqual(seqs(again.oldest), [1, 2, 3]);
  const [oldest] = again.oldest;
  assert.ok(oldest);
  assert.deepEqual(await again.read(oldest), picture(9, 100));
});

test("faces that arrive during a write are written together", async (t) => {
  const { spool } = await openSpool(t, emptyFolder(t));
  const camera = new Camera(spool);
  const prototype = await fileHandlePrototype();
  const datasync = t.mock.method(prototype, "datasync");
  await Promise.all(Array.from({ length: 500 }, (_, at) => camera.append(picture(at + 1, 100))));
  assert.ok(datasync.mock.callCount() <= 3, `${datasync.mock.callCount()} times fdatasync`);
});

test("segments without faces are deleted, the last one is not", async (t) => {
  const directory = emptyFolder(t);
  const { spool } = await openSpool(t, directory, { maxBytes: 1024 * 1024 });
  const camera = new Camera(spool);
  for (let seq = 1; seq <= 100; seq++) await camera.append(picture(seq));
  assert.ok(segments(directory).length > 3);
  for (const face of [...spool.oldest]) spool.remove(face);
  await spool.close();
  assert.equal(segments(directory).length, 1);
  const { spool: again } = await openSpool(t, directory);
  assert.equal(again.epochs[0]?.last, 100);
});
