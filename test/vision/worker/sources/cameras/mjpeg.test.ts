import assert from "node:assert/strict";
import { test } from "node:test";
import { spawnWithUs } from "../../../../support/commands.ts";
import { freePort } from "../../../../support/ports.ts";
import { jpegFrames } from "../../../harness.ts";
import { mjpegSender, mjpegServer } from "../mjpeg-server.ts";
import { assertSurvivesGarbling } from "./garbled.ts";
import { cameraVideo, withoutFfmpeg } from "./video.ts";
import { never, watching } from "./watching.ts";

test("a garbled MJPEG stream neither ends the watch nor floods the log", async (t) => {
  const camera = await mjpegServer(await jpegFrames(t, 5), 20);
  t.after(() => camera.close());
  await assertSurvivesGarbling(t, camera, 6);
});

test("a camera that changes its resolution is watched on", async (t) => {
  const large = await jpegFrames(t, 5);
  const small = await jpegFrames(t, 5, "320x240");
  const camera = await mjpegSender();
  t.after(() => camera.close());
  let frames = large;
  let index = 0;
  const timer = setInterval(() => camera.send(frames[index++ % frames.length] as Buffer), 50);
  t.after(() => clearInterval(timer));
  const { vision, told } = await watching(t, camera.url);
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
  assert.deepEqual(told(), []);
});

test("what ffmpeg serves as MJPEG is watched", { skip: withoutFfmpeg }, async (t) => {
  const url = `http://127.0.0.1:${await freePort()}/video`;
  const input = ["-v", "error", "-re", "-i", cameraVideo()];
  const camera = spawnWithUs("ffmpeg", [...input, "-c:v", "mjpeg", "-f", "mpjpeg", "-listen", "1", url]);
  t.after(() => camera.kill("SIGKILL"));
  const { vision } = await watching(t, url);
  // It takes one connection in its life, so there is no asking whether it listens by now.
  vision.keepOpening(new Error("not there yet"));
  let seen = 0;
  for await (const { faces } of vision.batches()) {
    seen += faces.length;
    if (seen >= 20) break;
  }
});
