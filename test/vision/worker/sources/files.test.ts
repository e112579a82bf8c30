import assert from "node:assert/strict";
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { UserError } from "../../../../src/base/errors.ts";
import { analyze, folderOf, jpegFrames, ppm, settings } from "../../harness.ts";

/** Motion JPEG without a container: concatenated JPEG files, which FFmpeg reads at 25 frames per second. */
const movie = async (t: Parameters<typeof folderOf>[0], frames: number) =>
  join(await folderOf(t, { "movie.mjpeg": Buffer.concat(await jpegFrames(t, frames)) }), "movie.mjpeg");

test("the images of a folder are read in the order of their names, and broken ones are skipped", async (t) => {
  const folder = await folderOf(t, {
    "b.ppm": ppm("synthetic:seed=2"),
    "c.png": "this is not an image",
    "a.ppm": ppm("synthetic:seed=1"),
    "notes.txt": "not an image at all",
    "d.ppm": ppm("synthetic:faces=0"),
  });
  const { info, frames, reported } = await analyze(t, settings(folder));
  assert.deepEqual(info, { live: false, frames: 4, unrelated: true });
  assert.deepEqual(
    frames.map(({ index, faces }) => [index, faces.map((face) => face.file)]),
    [
      [0, ["a.ppm"]],
      [1, ["b.ppm"]],
      [2, []],
    ],
  );
  assert.match(reported().join(""), /c\.png is not an image that OpenCV can read; skipped/);
});

test("files of a folder are told by what they contain; what is passed over is counted by kind", async (t) => {
  const [jpeg] = await jpegFrames(t, 1);
  const folder = await folderOf(t, {
    "a.txt": jpeg ?? "",
    "b.png": Buffer.from("\0\0\0\x20ftypisom"),
    "c.jpg": Buffer.from("\0\0\0\x18ftypheic\0\0\0\0"),
    "d.avif": Buffer.from("\0\0\0\x18ftypavif\0\0\0\0"),
    "e.gif": "GIF89a",
    "notes.TXT": "not an image",
    "more.txt": "",
    README: "nor this",
    ".hidden": "not counted",
  });
  await mkdir(join(folder, "deeper"));
  await symlink("/dev/null", join(folder, "linked.png"));
  const { info, frames, reported } = await analyze(t, settings(folder));
  assert.equal(info.frames, 3);
  assert.deepEqual(
    frames.map(({ faces }) => faces.map(({ file }) => file)),
    [["a.txt"]],
  );
  const text = reported().join("");
  const [, list = ""] = /: 7 of 10 are passed over: ([^"]*)"/.exec(text) ?? [];
  const kinds = ["1 GIF", "1 folder", "1 special file", "1 video", "1 without an extension", "2 .txt"];
  assert.deepEqual(list.split(", ").sort(), kinds);
  assert.match(
    text,
    /c\.jpg is a HEIC picture, which this OpenCV cannot read: convert it to JPEG or PNG; skipped/,
  );
  assert.match(text, /d\.avif is an AVIF picture/);
});

test("an image is one frame, with or without fps; with loop it never ends", async (t) => {
  const image = join(await folderOf(t, { "face.ppm": ppm("synthetic") }), "face.ppm");
  const once = await analyze(t, settings(image, { fps: 1 }));
  assert.equal(once.frames.length, 1);
  assert.equal(once.frames[0]?.faces[0]?.file, "face.ppm");
  assert.deepEqual(once.frames[0]?.faces[0]?.frame, { width: 640, height: 480, index: 0 });
  const looped = await analyze(t, settings(image, { loop: true }), 5);
  assert.deepEqual(
    looped.frames.map(({ index }) => index),
    [0, 1, 2, 3, 4],
  );
});

test("the score filters detections; margin and color change the crop", async (t) => {
  const image = join(await folderOf(t, { "face.ppm": ppm("synthetic") }), "face.ppm");
  const strict = await analyze(t, settings(image, { score: 0.999 }));
  assert.deepEqual(strict.frames[0]?.faces, []);
  const { frames } = await analyze(t, settings(image));
  const face = frames[0]?.faces[0];
  assert.ok(face);
  assert.deepEqual(pngHead(face.picture), { width: face.box.width, height: face.box.height, color: false });
  const wide = await analyze(t, settings(image, { margin: 1000, color: true }));
  const whole = wide.frames[0]?.faces[0];
  assert.ok(whole);
  assert.deepEqual(pngHead(whole.picture), { width: 640, height: 480, color: true });
  assert.deepEqual(whole.box, face.box);
});

test("all frames of a video are analyzed; fps is relative to its own rate; with loop, frame numbers continue", async (t) => {
  const file = await movie(t, 10);
  const indices = async (more: object, most?: number) =>
    (await analyze(t, settings(file, more), most)).frames.map(({ index }) => index);
  assert.deepEqual(await indices({}), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.deepEqual(await indices({ fps: 5 }), [0, 5]);
  assert.deepEqual(await indices({ fps: 100 }), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.deepEqual(await indices({ fps: 5, loop: true }, 5), [0, 5, 10, 15, 20]);
});

test("a source that cannot be read is reported", async (t) => {
  const folder = await folderOf(t, { "broken.mp4": "not a video", "broken.png": "not an image" });
  const sentences: Record<string, RegExp> = {
    [join(folder, "none.mp4")]: /^no such file: .*none\.mp4/,
    [join(folder, "broken.mp4")]: /broken\.mp4 is not a video/,
    [join(folder, "broken.png")]: /broken\.png is not an image/,
    [await folderOf(t, {})]: /^no image in the folder/,
    [await folderOf(t, { "a.png": "bad" })]: /^none of the images could be read/,
    "/dev/video99": process.platform === "linux" ? /^no such camera: \/dev\/video99/ : /does not open/,
    "99": process.platform === "linux" ? /^no such camera: \/dev\/video99/ : /does not open/,
  };
  for (const [camera, sentence] of Object.entries(sentences))
    await assert.rejects(analyze(t, settings(camera)), (error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, sentence);
      return error.exitCode === 1;
    });
});

/** From a PNG's IHDR chunk. */
function pngHead(png: Buffer) {
  return { width: png.readUInt32BE(16), height: png.readUInt32BE(20), color: png.readUInt8(25) === 2 };
}
