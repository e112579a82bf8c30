import assert from "node:assert/strict";
import { test } from "node:test";
import { jpegFrames, never } from "../../../harness.ts";
import { cameraFor } from "../cameras/camera-for.ts";
import { httpServer, rawCamera } from "./server.ts";

const multipart = "HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n";
const lengthOf = (jpeg: Buffer) => `Content-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`;
const around =
  (before: (jpeg: Buffer) => string, after = "\r\n") =>
  (jpeg: Buffer) =>
    Buffer.concat([Buffer.from(before(jpeg)), jpeg, Buffer.from(after)]);

/** What cameras and small web servers send; browsers show all of it. */
const streams = {
  "the first part has no boundary": {
    head: multipart,
    part: (jpeg: Buffer, nth: number) =>
      Buffer.concat([Buffer.from(`${nth === 0 ? "" : "\r\n--frame\r\n"}${lengthOf(jpeg)}`), jpeg]),
  },
  "the boundary is another one": { head: multipart, part: around((jpeg) => `--other\r\n${lengthOf(jpeg)}`) },
  "the boundary is quoted and has dashes": {
    head: multipart.replace("=frame", '="--my boundary"'),
    part: around((jpeg) => `----my boundary\r\n${lengthOf(jpeg)}`),
  },
  "parts have no headers": { head: multipart, part: around(() => "--frame\r\n\r\n") },
  "parts have no lengths": {
    head: multipart,
    part: around(() => "--frame\r\nContent-Type: image/jpeg\r\n\r\n"),
  },
  "the lengths are wrong": {
    head: multipart,
    part: around(() => "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: 10\r\n\r\n"),
  },
  "lines end with LF": {
    head: multipart.replaceAll("\r", ""),
    part: around((jpeg) => `--frame\n${lengthOf(jpeg).replaceAll("\r", "")}`, "\n"),
  },
  "there is text between the parts": {
    head: multipart,
    part: around((jpeg) => `--frame\r\n${lengthOf(jpeg)}`, "\r\nthis is no header\r\n"),
  },
  "the type is a guess": {
    head: "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n\r\n",
    part: around((jpeg) => `--frame\r\n${lengthOf(jpeg)}`),
  },
  "there is no type": {
    head: "HTTP/1.0 200 OK\r\n\r\n",
    part: around((jpeg) => `\r\n--frame\r\n${lengthOf(jpeg)}`),
  },
  "pictures follow one another without parts": {
    head: "HTTP/1.0 200 OK\r\nContent-Type: image/jpeg\r\n\r\n",
    part: (jpeg: Buffer) => jpeg,
  },
  "each second picture is cut off": {
    head: multipart,
    part: (jpeg: Buffer, nth: number) =>
      around((file) => `--frame\r\n${lengthOf(file)}`)(nth % 2 ? jpeg.subarray(0, 3000) : jpeg),
  },
};

for (const [what, stream] of Object.entries(streams))
  test(`a stream is played in which ${what}`, async (t) => {
    const frames = await jpegFrames(t, 3);
    const { vision, reported } = await cameraFor(t, await rawCamera(t, frames, stream));
    const info = await vision.open(never);
    assert.deepEqual([info.live, info.stream?.width, info.stream?.codec], [true, 640, "mjpeg"]);
    let faces = 0;
    for await (const batch of vision.batches()) {
      faces += batch.faces.length;
      if (faces >= 4) break;
    }
    assert.deepEqual(reported(), []);
  });

test("a stream that ends is opened again; it is a camera", async (t) => {
  const frames = await jpegFrames(t, 3);
  const type = "multipart/x-mixed-replace;boundary=b";
  const origin = await httpServer(t, (_, response) => {
    response.writeHead(200, { "content-type": type });
    for (const jpeg of frames) response.write(Buffer.concat([Buffer.from("--b\r\n\r\n"), jpeg]));
    response.end();
  });
  const { vision, reported, reopened } = await cameraFor(t, origin);
  assert.equal((await vision.open(never)).live, true);
  for await (const _ of vision.batches()) if (reopened()) break;
  assert.match(reported().join(""), /lost the camera: the camera http:\S+ ended its stream/);
});
