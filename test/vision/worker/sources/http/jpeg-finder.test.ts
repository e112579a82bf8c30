import assert from "node:assert/strict";
import { test } from "node:test";
import { JpegFinder, largestPicture } from "../../../../../src/vision/worker/sources/http/jpeg-finder.ts";
import { jpegFrames } from "../../../harness.ts";

/** The pictures that are found when the bytes arrive in pieces of `size`. */
function find(stream: Buffer, size: number) {
  const finder = new JpegFinder();
  const found: Buffer[] = [];
  for (let at = 0; at < stream.length; at += size) found.push(...finder.push(stream.subarray(at, at + size)));
  return { found, damaged: finder.damaged };
}

/** A JPEG with an EXIF segment that contains another JPEG: a thumbnail. */
function withThumbnail(jpeg: Buffer, thumbnail: Buffer): Buffer {
  const exif = Buffer.concat([Buffer.from("Exif\0\0"), thumbnail]);
  const head = Buffer.of(0xff, 0xe1, (exif.length + 2) >> 8, (exif.length + 2) & 0xff);
  return Buffer.concat([jpeg.subarray(0, 2), head, exif, jpeg.subarray(2)]);
}

test("pictures are found in a stream, whatever is around them and however it arrives", async (t) => {
  const [first, second, thumbnail] = await jpegFrames(t, 3, "160x120");
  assert.ok(first && second && thumbnail);
  const large = withThumbnail(first, thumbnail);
  const between = {
    nothing: "",
    "a boundary": "\r\n--frame\r\nContent-Type: image/jpeg\r\nContent-Length: 123\r\n\r\n",
    "a length that is wrong": "\n--x\nContent-Length: 7\n\n",
    "bytes of no kind": "\0\xff\xff\xd9\xff",
  };
  for (const [what, text] of Object.entries(between)) {
    const gap = Buffer.from(text, "latin1");
    const stream = Buffer.concat([gap, large, gap, second, gap, first, gap]);
    for (const size of [1, 3, 1000, stream.length]) {
      const { found, damaged } = find(stream, size);
      assert.deepEqual([found.length, damaged], [3, 0], `${what}, in pieces of ${size}`);
      assert.ok(found[0]?.equals(large) && found[1]?.equals(second) && found[2]?.equals(first), what);
    }
  }
});

test("a damaged picture is counted, and costs no other", async (t) => {
  const [first, second] = await jpegFrames(t, 2, "160x120");
  assert.ok(first && second);
  const cut = first.subarray(0, first.length / 2);
  const overlong = Buffer.from(first);
  // The length of its first segment leads into the picture after it.
  overlong.writeUInt16BE(65_000, 4);
  for (const bad of [cut, overlong]) {
    const after: Buffer[] = Array.from({ length: 70_000 / first.length }, () => [second, first]).flat();
    const { found, damaged } = find(Buffer.concat([first, bad, ...after]), 1000);
    assert.ok(damaged >= 1);
    assert.deepEqual(
      found.map((file) => file.length),
      [first, ...after].map((file) => file.length),
    );
  }
});

test("a camera that does not end its pictures: the next one does", async (t) => {
  const [first, second] = await jpegFrames(t, 2, "160x120");
  assert.ok(first && second);
  const parts = [first, second, first].flatMap((file) => [
    Buffer.from("\r\n--b\r\n\r\n"),
    file.subarray(0, -2),
  ]);
  assert.equal(find(Buffer.concat(parts), 1000).found.length, 2);
});

test("what never ends is given up, and what comes after it is found", async (t) => {
  const [jpeg] = await jpegFrames(t, 1, "160x120");
  assert.ok(jpeg);
  const finder = new JpegFinder();
  finder.push(jpeg.subarray(0, jpeg.length - 2));
  const zeros = Buffer.alloc(2 ** 20);
  for (let sent = 0; sent <= largestPicture; sent += zeros.length) assert.deepEqual(finder.push(zeros), []);
  assert.equal(finder.damaged, 1);
  assert.equal(finder.push(jpeg).length, 1);
});
