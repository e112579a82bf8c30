import assert from "node:assert/strict";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { deferred } from "../../src/base/deferred.ts";
import { emptyFolder } from "../support/folder.ts";
import { Camera, fileHandlePrototype, openSpool, picture, segments, seqs } from "./fixture.ts";
import { Random } from "./random.ts";

const faces = 60;
const maxBytes = 1024 * 1024;

/** A spool of several segments with 60 faces of 3000 bytes. */
async function fullSpool(t: TestContext): Promise<{ directory: string; epoch: string }> {
  const directory = emptyFolder(t);
  const { spool } = await openSpool(t, directory, { maxBytes });
  const camera = new Camera(spool);
  for (let seq = 1; seq <= faces; seq++) await camera.append(picture(seq));
  await spool.close();
  assert.ok(segments(directory).length > 2);
  return { directory, epoch: camera.epoch };
}

/** Opens the spool: each face of the epoch is intact, or reported and recorded as dropped. */
async function check(t: TestContext, directory: string, epoch: string, mostLost: number) {
  const opened = await openSpool(t, directory, { maxBytes });
  const { spool } = opened;
  const live = [...spool.oldest];
  for (const face of live) assert.deepEqual(await spool.read(face), picture(face.seq));
  const state = spool.epochs.find((each) => each.epoch === epoch);
  assert.ok(state);
  const dropped = state.dropped.get("corrupt");
  assert.ok(faces - live.length <= mostLost, `${faces - live.length} faces lost`);
  assert.equal(live.length + (dropped?.size ?? 0), state.last);
  for (const { seq } of live) assert.ok(!dropped?.has(seq));
  await spool.flush();
  assert.equal(opened.dropped.length, dropped?.size ?? 0);
  // What was damaged is repaired: the next time nothing is reported, and nothing more is lost.
  await spool.flush();
  await spool.close();
  const again = await openSpool(t, directory, { maxBytes });
  assert.deepEqual(seqs(again.spool.oldest), seqs(live));
  assert.deepEqual(again.corrupt, []);
  await again.spool.close();
  return opened;
}

test("a flipped byte anywhere costs at most one face", async (t) => {
  const { directory, epoch } = await fullSpool(t);
  const random = new Random(1);
  for (let round = 0; round < 30; round++) {
    const copy = emptyFolder(t);
    cpSync(directory, copy, { recursive: true });
    const path = random.pick(segments(copy)) ?? "";
    const bytes = readFileSync(path);
    const at = random.below(bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
    writeFileSync(path, bytes);
    await check(t, copy, epoch, 1);
  }
});

test("damaged bytes of a picture are reported, copied and recorded as dropped", async (t) => {
  const { directory, epoch } = await fullSpool(t);
  const [path = ""] = segments(directory);
  const bytes = readFileSync(path);
  bytes.fill(0, bytes.indexOf("face 3;") + 50, bytes.indexOf("face 3;") + 60);
  writeFileSync(path, bytes);
  const { corrupt, dropped } = await check(t, directory, epoch, 1);
  assert.match(
    corrupt.join("; "),
    /damaged bytes at \d+; the spool has lost face 3 of camera cam, epoch [^;]*$/,
  );
  assert.deepEqual(dropped, [{ seq: 3, reason: "corrupt" }]);
  const copies = readdirSync(join(directory, "corrupt"));
  assert.equal(copies.length, 1);
  assert.match(readFileSync(join(directory, "corrupt", copies[0] ?? ""), "latin1"), /face 3;/);
});

test("a face whose header is damaged is recorded as dropped, also the last one before the end", async (t) => {
  const directory = emptyFolder(t);
  const { spool } = await openSpool(t, directory);
  const camera = new Camera(spool);
  for (let seq = 1; seq <= 10; seq++) await camera.append(picture(seq));
  spool.endEpoch(camera.epoch, "2026-01-01T00:00:00Z");
  await spool.close();
  const [path = ""] = segments(directory);
  const bytes = readFileSync(path);
  for (const seq of [4, 10]) {
    const at = bytes.indexOf(`"seq":${seq},`);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
  }
  writeFileSync(path, bytes);
  const { spool: again, dropped } = await openSpool(t, directory);
  await again.flush();
  assert.deepEqual(seqs(again.oldest), [1, 2, 3, 5, 6, 7, 8, 9]);
  assert.deepEqual(
    [...(again.epochs[0]?.dropped.get("corrupt") ?? [])],
    [
      [4, 4],
      [10, 10],
    ],
  );
  assert.equal(again.epochs[0]?.last, 10);
  assert.deepEqual(
    dropped.map(({ seq }) => seq),
    [4, 10],
  );
});

test("the faces of a segment that was removed are recorded as dropped", async (t) => {
  const { directory, epoch } = await fullSpool(t);
  rmSync(segments(directory)[1] ?? "");
  const { dropped, corrupt } = await check(t, directory, epoch, faces);
  assert.ok(dropped.length > 5);
  assert.match(corrupt.join(), /^the spool has lost faces \d+ to \d+ of camera cam/);
});

test("a segment is deleted only when it is durable that its faces were confirmed", async (t) => {
  const directory = emptyFolder(t);
  const { spool } = await openSpool(t, directory, { maxBytes });
  const camera = new Camera(spool);
  for (let seq = 1; seq <= faces; seq++) await camera.append(picture(seq));
  const before = segments(directory);
  const prototype = await fileHandlePrototype();
  const { write } = prototype;
  const [writing, goOn] = [deferred(), deferred()];
  t.mock.method(prototype, "write", async function (this: FileHandle, ...args: Parameters<typeof write>) {
    writing.resolve();
    await goOn.promise;
    return write.apply(this, args);
  });
  for (const face of [...spool.oldest].slice(0, 50)) spool.remove(face);
  const closed = spool.close();
  await writing.promise;
  // A crash now would keep these files, and not the confirmations.
  const kept = segments(directory);
  goOn.resolve();
  await closed;
  assert.deepEqual(kept.slice(0, before.length), before);
  assert.ok(segments(directory).length < before.length);
  const again = await openSpool(t, directory, { maxBytes });
  assert.deepEqual([again.corrupt, again.spool.epochs[0]?.dropped.size], [[], 0]);
});

test("a file that is cut off, overwritten with zeros or with garbage costs the faces in it", async (t) => {
  const { directory, epoch } = await fullSpool(t);
  const random = new Random(2);
  for (let round = 0; round < 30; round++) {
    const copy = emptyFolder(t);
    cpSync(directory, copy, { recursive: true });
    const path = random.pick(segments(copy)) ?? "";
    const bytes = readFileSync(path);
    const [from, length] = [random.below(bytes.length), 1 + random.below(9000)];
    const touched = 1 + Math.ceil(Math.min(length, bytes.length - from) / 3000);
    if (round % 3 === 0) {
      truncateSync(path, from);
      const after = Math.ceil((bytes.length - from) / 3000);
      await check(t, copy, epoch, after);
    } else {
      const garbage = Buffer.from(Array.from({ length }, () => (round % 3 === 1 ? 0 : random.below(256))));
      garbage.copy(bytes, from);
      writeFileSync(path, bytes);
      await check(t, copy, epoch, touched);
    }
  }
});

test("the write that a crash cut off is removed without a report", async (t) => {
  const { directory, epoch } = await fullSpool(t);
  const last = segments(directory).at(-1) ?? "";
  truncateSync(last, readFileSync(last).length - 1000);
  const { corrupt, spool } = await check(t, directory, epoch, 1);
  assert.deepEqual([corrupt, spool.faces], [[], faces - 1]);
});

test("files that are not ours, and empty ones, do no harm", async (t) => {
  const { directory, epoch } = await fullSpool(t);
  writeFileSync(join(directory, "notes.txt"), "not a segment");
  writeFileSync(join(directory, "99999997.log"), "");
  writeFileSync(join(directory, "00000001.log.tmp"), "half");
  const { corrupt, spool } = await check(t, directory, epoch, 0);
  assert.deepEqual([corrupt, spool.faces], [[], faces]);
});

test("a folder in place of a segment is reported", async (t) => {
  const directory = emptyFolder(t);
  mkdirSync(join(directory, "00000003.log"));
  const { spool, corrupt } = await openSpool(t, directory);
  const camera = new Camera(spool);
  assert.ok(await camera.append(picture(1)));
  assert.equal(corrupt.length, 1);
});

test("a face that is damaged while the spool is open is set aside when it is read", async (t) => {
  const directory = emptyFolder(t);
  const { spool, corrupt, dropped } = await openSpool(t, directory);
  const camera = new Camera(spool);
  for (let seq = 1; seq <= 3; seq++) await camera.append(picture(seq));
  const [path = ""] = segments(directory);
  const bytes = readFileSync(path);
  bytes.fill("x", bytes.indexOf("face 2;"), bytes.indexOf("face 2;") + 5);
  writeFileSync(path, bytes);
  const face = spool.find(camera.epoch, 2);
  assert.ok(face);
  assert.equal(await spool.read(face), undefined);
  await spool.flush();
  assert.deepEqual([dropped, corrupt.length, spool.has(face)], [[{ seq: 2, reason: "corrupt" }], 1, false]);
  assert.deepEqual([...(spool.epochs[0]?.dropped.get("corrupt") ?? [])], [[2, 2]]);
  const third = spool.find(camera.epoch, 3);
  assert.ok(third);
  assert.deepEqual(await spool.read(third), picture(3));
});

test("a damaged face that is confirmed while its segment is rewritten is not lost", async (t) => {
  const directory = emptyFolder(t);
  const { spool, corrupt, dropped } = await openSpool(t, directory);
  const camera = new Camera(spool);
  for (let seq = 1; seq <= 3; seq++) await camera.append(picture(seq));
  const [path = ""] = segments(directory);
  const bytes = readFileSync(path);
  for (const seq of [2, 3]) bytes.fill("x", bytes.indexOf(`face ${seq};`), bytes.indexOf(`face ${seq};`) + 5);
  writeFileSync(path, bytes);
  const [, second, third] = [...spool.oldest];
  assert.ok(second && third);
  // The only use of writeFile is the copy of the segment.
  const prototype = await fileHandlePrototype();
  const { writeFile } = prototype;
  const confirmed = deferred();
  t.mock.method(prototype, "writeFile", function (this: FileHandle, ...args: Parameters<typeof writeFile>) {
    if (spool.has(third)) spool.remove(third);
    confirmed.resolve();
    return writeFile.apply(this, args);
  });
  assert.equal(await spool.read(second), undefined);
  await confirmed.promise;
  await spool.close();
  assert.deepEqual([dropped, corrupt.length], [[{ seq: 2, reason: "corrupt" }], 1]);
});

test("a disk that cannot be read for a moment damages no face", async (t) => {
  const { spool, dropped } = await openSpool(t, emptyFolder(t));
  const camera = new Camera(spool);
  for (let seq = 1; seq <= 3; seq++) await camera.append(picture(seq));
  const failure = Object.assign(new Error("EIO"), { code: "EIO" });
  t.mock.method(await fileHandlePrototype(), "read", () => Promise.reject(failure), { times: 2 });
  for (const face of spool.oldest) assert.deepEqual(await spool.read(face), picture(face.seq));
  assert.deepEqual(dropped, []);
});

test("a block that stays unreadable while others are not costs the face in it", async (t) => {
  const { spool, dropped } = await openSpool(t, emptyFolder(t));
  const camera = new Camera(spool);
  for (let seq = 1; seq <= 3; seq++) await camera.append(picture(seq, 20_000));
  const prototype = await fileHandlePrototype();
  const { read } = prototype;
  const failure = Object.assign(new Error("EIO"), { code: "EIO" });
  t.mock.method(prototype, "read", function (this: FileHandle, ...args: unknown[]) {
    const [length, position] = [Number(args[2]), Number(args[3])];
    const isBad = position <= 30_000 && position + length > 30_000;
    return isBad ? Promise.reject(failure) : Reflect.apply(read, this, args);
  });
  const pictures = await Promise.all([...spool.oldest].map((face) => spool.read(face)));
  assert.deepEqual(pictures, [picture(1, 20_000), undefined, picture(3, 20_000)]);
  await spool.flush();
  assert.deepEqual(dropped, [{ seq: 2, reason: "corrupt" }]);
});
