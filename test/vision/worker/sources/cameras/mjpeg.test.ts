import assert from "node:assert/strict";
import { test } from "node:test";
import { spawnWithUs } from "../../../../support/commands.ts";
import { freePort } from "../../../../support/ports.ts";
import { jpegFrames, never } from "../../../harness.ts";
import { mjpegSender, mjpegServer } from "../mjpeg-server.ts";
import { cameraFor } from "./camera-for.ts";
import { assertSurvivesGarbling } from "./garbled.ts";
import { cameraVideo, withoutFfmpeg } from "./video.ts";

test("a garbled MJPEG stream neither stops the detection nor floods the log", async (t) => {
  const camera = await mjpegServer(await jpegFrames(t, 5), 20);
  t.after(() => camera.close());
  await assertSurvivesGarbling(t, camera, 6);
});

test("a camera may change its resolution", async (t) => {
  const large = await jpegFrames(t, 5);
  const small = await jpegFrames(t, 5, "320x240");
  const camera = await mjpegSender();
  t.after(() => camera.close());
  let frames = large;
  let index = 0;
  const timer = setInterval(() => camera.send(frames[index++ % frames.length] as Buffer), 50);
  t.after(() => clearInterval(timer));
  const { vision, reported } = await cameraFor(t, camera.url);
  await vision.open(never);
  const widths: number[] = [];
  for await (const { faces } of vision.batches()) {
    const width = faces[0]?.frame.width;
    if (width === undefined || width === widths.at(-1)) continue;
    widths.push(width);
    if (widths.length === 3) break;
    frames = width === 640 ? small : large;
  }
  assert.deepEqual(widths, [640, 320, 640]);
  assert.deepEqual(reported(), []);
});

test("the MJPEG stream of ffmpeg is read", { skip: withoutFfmpeg }, async (t) => {
  const url = `http://127.0.0.1:${await freePort()}/video`;
  const input = ["-v", "error", "-re", "-i", cameraVideo()];
  const camera = spawnWithUs("ffmpeg", [...input, "-c:v", "mjpeg", "-f", "mpjpeg", "-listen", "1", url]);
  t.after(() => camera.kill("SIGKILL"));
  const { vision } = await cameraFor(t, url);
  // It accepts a single connection, so that we cannot test whether it listens yet.
  vision.keepOpening(new Error("not listening yet"));
  let count = 0;
  for await (const { faces } of vision.batches()) {
    count += faces.length;
    if (count >= 20) break;
  }
});
