import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { spawnWithUs } from "../../../../support/commands.ts";
import { freePort } from "../../../../support/ports.ts";
import { analyze, folderOf, never, settings, visionFor } from "../../../harness.ts";
import { cameraVideo, ffmpeg, withoutFfmpeg } from "../cameras/video.ts";
import { httpServer, serveFile } from "./server.ts";

const skip = withoutFfmpeg;

/** The first 30 frames of the camera's video in a file of this format. */
async function recording(t: TestContext, name: string, ...options: readonly string[]): Promise<Buffer> {
  const path = join(await folderOf(t, {}), name);
  ffmpeg(["-i", cameraVideo(), "-frames:v", "30", ...options, path]);
  return readFileSync(path);
}

test("the URL of a recording is one: every frame counts, and it ends", { skip }, async (t) => {
  const copy = ["-c", "copy"];
  const files = {
    // Its index is at its end.
    "/video.mp4": await recording(t, "video.mp4", ...copy),
    "/video.webm": await recording(t, "video.mkv", ...copy),
    "/video.mjpeg": await recording(t, "video.mjpeg", "-c:v", "mjpeg"),
    "/clip": await recording(t, "clip.ts", ...copy),
  } as Readonly<Record<string, Buffer>>;
  for (const ranges of [true, false]) {
    const type = ranges ? "video/mp4" : "application/octet-stream";
    const origin = await httpServer(t, (request, response) =>
      serveFile(files[request.url ?? ""] ?? Buffer.of(), request, response, { ranges, type }),
    );
    for (const path of Object.keys(files)) {
      const { info, frames } = await analyze(t, settings(origin + path));
      assert.deepEqual([info.live, frames.length], [false, 30], `${path}, parts are served: ${ranges}`);
    }
  }
});

test("a playlist that has an end is a recording", { skip }, async (t) => {
  const folder = await folderOf(t, {});
  const options = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "10", "-f", "hls", "-hls_time", "1"];
  ffmpeg(["-i", cameraVideo(), "-frames:v", "60", ...options, "-hls_list_size", "0", join(folder, "x.m3u8")]);
  const origin = await httpServer(t, (request, response) => {
    const file = readFileSync(join(folder, request.url ?? ""));
    const type = request.url?.endsWith("m3u8") ? "application/vnd.apple.mpegurl" : "video/mp2t";
    serveFile(file, request, response, { ranges: true, type });
  });
  const { info, frames } = await analyze(t, settings(`${origin}/x.m3u8`));
  assert.deepEqual([info.live, frames.length], [false, 60]);
});

test("a video that is written while it is sent is live", { skip }, async (t) => {
  const fragments = ["-movflags", "frag_keyframe+empty_moov+default_base_moof", "-f", "mp4", "pipe:1"];
  const origin = await httpServer(t, (_, response) => {
    const args = ["-v", "error", "-re", "-i", cameraVideo(), "-c", "copy", ...fragments];
    const camera = spawnWithUs("ffmpeg", args);
    response.once("close", () => camera.kill("SIGKILL"));
    // Without a length.
    response.writeHead(200, { "content-type": "video/mp4" });
    camera.stdout?.pipe(response);
  });
  const { vision } = await visionFor(t, settings(origin));
  assert.equal((await vision.open(never)).live, true);
});

test("a recording that could not be reached at first still ends", { skip }, async (t) => {
  const file = await recording(t, "video.mp4", "-c", "copy", "-movflags", "+faststart");
  const port = await freePort();
  const late = await visionFor(t, settings(`http://127.0.0.1:${port}/`), { restart: { min: 20, max: 50 } });
  await assert.rejects(late.vision.open(never), /cannot be reached/);
  const parts = { ranges: true, type: "video/mp4" };
  await httpServer(t, (request, response) => serveFile(file, request, response, parts), port);
  late.vision.keepOpening(new Error("not there yet"));
  let count = 0;
  for await (const { frames } of late.vision.batches()) count += frames.length;
  assert.equal(count, 30);
  assert.equal(late.vision.isLive, false);
});
