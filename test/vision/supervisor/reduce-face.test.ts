import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { crc32 } from "node:zlib";
import { decodeMessage, encodeFace } from "../../../src/face/message.ts";
import { PictureProcess } from "../../../src/vision/supervisor/picture-process.ts";
import { reduceFace } from "../../../src/vision/supervisor/reduce-face.ts";
import { decodedFacts, facts } from "../../face/pictures.ts";
import { grayPng } from "../../support/png.ts";
import { faceMessage, shapeOf } from "../faces.ts";
import { folderOf } from "../harness.ts";
import { reducersOf } from "./reducers.ts";

const skip = process.platform !== "linux" && "reads /proc";
const square = (side: number) => grayPng(Array.from({ length: side }, () => Buffer.alloc(side, 128)));
const gone = async (pids: readonly number[], parent: number) => {
  while (reducersOf(parent).some((pid) => pids.includes(pid))) await wait(10);
};

// The first test: a reducer that was started would still be there.
test("a picture with a huge size in its header is not decoded", { skip }, async () => {
  const png = encodeFace(square(40), "png", facts);
  png.writeUInt32BE(30_000, 16);
  png.writeUInt32BE(30_000, 20);
  png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
  const jpeg = faceMessage("jpeg");
  const frameHeader = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
  jpeg.writeUInt32BE(0xffff_ffff, frameHeader + 5);
  for (const payload of [png, jpeg]) {
    assert.equal(decodeMessage(payload).kind, "face");
    assert.equal(await reduceFace(payload, payload.length - 1), undefined);
  }
  assert.deepEqual(reducersOf(process.pid), []);
});

test("a face is reduced to what the broker takes, and keeps its facts", async () => {
  for (const [format, color] of [
    ["png", false],
    ["png", true],
    ["jpeg", false],
    ["jpeg", true],
  ] as const) {
    const message = faceMessage(format, { color });
    const original = { bytes: message.length, width: 200, height: 160, format };
    const shapes: number[] = [];
    for (const maxBytes of [20_000, 5000, 2000]) {
      const name = `${format} of ${message.length} bytes to ${maxBytes}`;
      const reduced = await reduceFace(message, maxBytes);
      assert.ok(reduced && reduced.length <= maxBytes, `${name}: ${reduced?.length}`);
      const { width, height, channels } = shapeOf(reduced);
      assert.equal(channels, color ? 3 : 1, name);
      assert.ok(Math.abs(width / height - 200 / 160) < 0.05, `${name}: ${width}x${height}`);
      shapes.push(width);
      const decoded = decodeMessage(reduced);
      assert.ok(decoded.kind === "face", name);
      if (message.length <= maxBytes) assert.equal(reduced, message);
      else {
        assert.equal(decoded.picture.contentType, "image/jpeg");
        assert.deepEqual(decoded.facts, { ...decodedFacts, reduced: original }, name);
      }
    }
    // The size is kept while a JPEG of it fits.
    assert.equal(shapes[0], 200);
    assert.ok((shapes[2] ?? 0) < (shapes[1] ?? 0) && (shapes[2] ?? 0) >= 40, String(shapes));
  }
});

test("a face that cannot be made so small is not reduced", async () => {
  const message = faceMessage("png");
  // The facts alone have more than 200 bytes; 32 noisy rows have more than the rest of 500.
  for (const maxBytes of [500, 200, 0, -1]) assert.equal(await reduceFace(message, maxBytes), undefined);
  // The smallest: 32 pixels on the shorter side.
  const smallest = await reduceFace(faceMessage("png", { width: 800, height: 640 }), 1500);
  assert.ok(smallest && smallest.length <= 1500);
  const { width, height } = shapeOf(smallest);
  assert.ok(height >= 32 && width >= 40, `${width}x${height}`);
});

test("a small picture is not enlarged", async () => {
  const rows = Array.from({ length: 20 }, (_, y) =>
    Buffer.from(Array.from({ length: 20 }, (_, x) => (x * y) % 251)),
  );
  const padding = "x".repeat(2000);
  // A long camera name is in a PNG twice, in a JPEG once.
  const message = encodeFace(grayPng(rows), "png", { ...facts, camera: padding });
  const reduced = await reduceFace(message, message.length - 1);
  assert.deepEqual(reduced && shapeOf(reduced), { width: 20, height: 20, channels: 1 });
});

test("a face that is reduced again keeps what it first was", async () => {
  const message = faceMessage("png", { color: true });
  const once = await reduceFace(message, 5000);
  const twice = await reduceFace(once ?? Buffer.alloc(0), 2000);
  assert.ok(twice && twice.length <= 2000);
  const decoded = decodeMessage(twice);
  assert.deepEqual(decoded.kind === "face" && decoded.facts.reduced, {
    bytes: message.length,
    width: 200,
    height: 160,
    format: "png",
  });
});

test("what is not a face, or not readable, is not reduced", async () => {
  const png = faceMessage("png");
  assert.equal(await reduceFace(Buffer.alloc(0), 100), undefined);
  assert.equal(await reduceFace(Buffer.alloc(5000, 7), 100), undefined);
  assert.equal(await reduceFace(square(60), 100), undefined, "a picture without facts");
  assert.equal(await reduceFace(png.subarray(0, -1), 5000), undefined, "half a picture");
  // Facts that no JPEG comment can hold.
  const long = encodeFace(square(40), "png", { ...facts, camera: "x".repeat(70_000) });
  assert.equal(await reduceFace(long, long.length - 1), undefined);
  // Complete by its chunks and their checksums, but its pixels are garbage.
  const broken = encodeFace(square(60), "png", { ...facts, camera: "x".repeat(1000) });
  const data = broken.indexOf("IDAT");
  const end = data + 4 + broken.readUInt32BE(data - 4);
  broken.fill(0xee, data + 4, end);
  broken.writeUInt32BE(crc32(broken.subarray(data, end)), end);
  assert.equal(decodeMessage(broken).kind, "face");
  assert.equal(await reduceFace(broken, broken.length - 1), undefined);
  assert.ok(await reduceFace(png, 5000), "the next one");
});

test("concurrent calls share one reducer, and one that dies costs its face only", { skip }, async () => {
  const message = faceMessage("png");
  assert.ok(await reduceFace(message, 5000));
  const [first = 0, ...others] = reducersOf(process.pid);
  assert.deepEqual(others, []);
  // Stopped, it has the first call when it is killed.
  process.kill(first, "SIGSTOP");
  const limits = [5000, 4000, 3000];
  const calls = limits.map((maxBytes) => reduceFace(message, maxBytes));
  setImmediate(() => process.kill(first, "SIGKILL"));
  const [lost, ...rest] = await Promise.allSettled(calls);
  assert.equal(lost?.status, "rejected");
  for (const [nth, reduced] of rest.entries())
    assert.ok(reduced.status === "fulfilled" && Number(reduced.value?.length) <= Number(limits[nth + 1]));
  const running = reducersOf(process.pid);
  assert.equal(running.length, 1);
  assert.notEqual(running[0], first);
});

test("the reducer ignores Ctrl-C: its supervisor ends it", { skip }, async () => {
  const message = faceMessage("png");
  await reduceFace(message, 5000);
  const running = reducersOf(process.pid);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.kill(running[0] ?? 0, signal);
  assert.ok(await reduceFace(message, 4000));
  assert.deepEqual(reducersOf(process.pid), running);
});

test("a reducer that hangs is killed", { skip }, async () => {
  const before = reducersOf(process.pid);
  const reducer = new PictureProcess({ timeout: 100, idle: 60_000 });
  const hanging = reducer.run({ kind: "reduce", picture: faceMessage("png"), maxBytes: 5000 });
  const started = reducersOf(process.pid).filter((pid) => !before.includes(pid));
  assert.equal(started.length, 1);
  process.kill(started[0] ?? 0, "SIGSTOP");
  await assert.rejects(hanging);
  await gone(started, process.pid);
});

test("an idle reducer ends", { skip }, async () => {
  const before = reducersOf(process.pid);
  const reducer = new PictureProcess({ timeout: 60_000, idle: 10 });
  assert.ok(await reducer.run({ kind: "reduce", picture: faceMessage("png"), maxBytes: 5000 }));
  await gone(
    reducersOf(process.pid).filter((pid) => !before.includes(pid)),
    process.pid,
  );
  assert.ok(
    await reducer.run({ kind: "reduce", picture: faceMessage("png"), maxBytes: 5000 }),
    "the next one",
  );
});

test("an idle reducer does not keep its program running, and ends with it", { skip }, async (t) => {
  const message = faceMessage("png");
  const folder = await folderOf(t, { "face.png": message });
  for (const module of [
    "../../../src/vision/supervisor/reduce-face.ts",
    "../../../dist/vision/supervisor/reduce-face.js",
  ]) {
    const [program, path] = ["./reduce-program.ts", module].map((each) =>
      fileURLToPath(new URL(each, import.meta.url)),
    ) as [string, string];
    const args = ["--import", "tsx", program, path, `${folder}/face.png`, "5000"];
    const running = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    running.stdout.on("data", (data) => {
      output += data;
    });
    const [code] = await once(running, "close");
    assert.equal(code, 0);
    const { bytes, reducers } = JSON.parse(output);
    assert.ok(bytes > 0 && bytes <= 5000);
    // It had not ended before: the program did not wait for that.
    assert.equal(reducers.length, 1);
    for (const pid of reducers) while (isAlive(pid)) await wait(10);
  }
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
