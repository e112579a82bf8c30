import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { UserError } from "../../../../src/base/errors.ts";
import { folderOf, jpegFrames, look, ppm, settings } from "../../harness.ts";

/** Motion JPEG without a container: pictures one after another, which FFmpeg plays at 25 frames a second. */
const movie = async (t: Parameters<typeof folderOf>[0], frames: number) =>
  join(await folderOf(t, { "movie.mjpeg": Buffer.concat(await jpegFrames(t, frames)) }), "movie.mjpeg");

test("a folder of images is read in name order, and broken ones are passed over", async (t) => {
  const folder = await folderOf(t, {
    "b.ppm": ppm("synthetic:seed=2"),
    "c.png": "this is no picture",
    "a.ppm": ppm("synthetic:seed=1"),
    "notes.txt": "not an image at all",
    "d.ppm": ppm("synthetic:faces=0"),
  });
  const { info, seen, lines } = await look(t, settings(folder));
  assert.deepEqual(info, { live: false, frames: 4, unrelated: true });
  assert.deepEqual(
    seen.map(({ index, faces }) => [index, faces.map((face) => face.file)]),
    [
      [0, ["a.ppm"]],
      [1, ["b.ppm"]],
      [2, []],
    ],
  );
  assert.match(lines.join(""), /c\.png is not an image that OpenCV can read; passed over/);
});

test("one image is one frame, with fps or without; with loop it never ends", async (t) => {
  const image = join(await folderOf(t, { "face.ppm": ppm("synthetic") }), "face.ppm");
  const once = await look(t, settings(image, { fps: 1 }));
  assert.equal(once.seen.length, 1);
  assert.equal(once.seen[0]?.faces[0]?.file, "face.ppm");
  assert.deepEqual(once.seen[0]?.faces[0]?.frame, { width: 640, height: 480, index: 0 });
  const looped = await look(t, settings(image, { loop: true }), 5);
  assert.deepEqual(
    looped.seen.map(({ index }) => index),
    [0, 1, 2, 3, 4],
  );
});

test("the score filters, the margin and the colour shape the cut", async (t) => {
  const image = join(await folderOf(t, { "face.ppm": ppm("synthetic") }), "face.ppm");
  const strict = await look(t, settings(image, { score: 0.999 }));
  assert.deepEqual(strict.seen[0]?.faces, []);
  const { seen } = await look(t, settings(image));
  const face = seen[0]?.faces[0];
  assert.ok(face);
  assert.deepEqual(pngHead(face.picture), { width: face.box.width, height: face.box.height, color: false });
  const wide = await look(t, settings(image, { margin: 1000, color: true }));
  const whole = wide.seen[0]?.faces[0];
  assert.ok(whole);
  assert.deepEqual(pngHead(whole.picture), { width: 640, height: 480, color: true });
  assert.deepEqual(whole.box, face.box);
});

test("a video gives all its frames; fps takes some by its own rate; loop goes on counting", async (t) => {
  const file = await movie(t, 10);
  const indices = async (more: object, most?: number) =>
    (await look(t, settings(file, more), most)).seen.map(({ index }) => index);
  assert.deepEqual(await indices({}), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.deepEqual(await indices({ fps: 5 }), [0, 5]);
  assert.deepEqual(await indices({ fps: 100 }), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.deepEqual(await indices({ fps: 5, loop: true }, 5), [0, 5, 10, 15, 20]);
});

test("what cannot be read is one sentence", async (t) => {
  const folder = await folderOf(t, { "broken.mp4": "no video", "broken.png": "no picture" });
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
    await assert.rejects(look(t, settings(camera)), (error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, sentence);
      return error.exitCode === 1;
    });
});

/** The facts of a PNG's IHDR chunk. */
function pngHead(png: Buffer) {
  return { width: png.readUInt32BE(16), height: png.readUInt32BE(20), color: png.readUInt8(25) === 2 };
}
