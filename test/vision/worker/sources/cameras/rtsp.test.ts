import assert from "node:assert/strict";
import { test } from "node:test";
import { UserError } from "../../../../../src/base/errors.ts";
import { playing, rtspServer, withoutRtsp } from "../../../../support/rtsp-server.ts";
import { never } from "../../../harness.ts";
import { cameraFor } from "./camera-for.ts";
import { assertSurvivesGarbling } from "./garbled.ts";
import { cameraVideo, withoutFfmpeg } from "./video.ts";

const skip = withoutFfmpeg || withoutRtsp();

test("an RTSP camera reconnects after it was away", { skip }, async (t) => {
  const video = playing(cameraVideo());
  let camera = await rtspServer(video);
  t.after(() => camera.kill());
  const { vision, reopened } = await cameraFor(t, camera.url);
  assert.equal((await vision.open(never)).live, true);
  let away = false;
  for await (const { faces } of vision.batches()) {
    if (faces.length > 0 && !away) {
      away = true;
      await camera.kill();
      camera = await rtspServer(video, { port: camera.port });
    }
    if (reopened() && faces.length > 0) break;
  }
});

test("an RTSP camera that hangs is opened again, and reconnects when it continues", { skip }, async (t) => {
  const camera = await rtspServer(playing(cameraVideo()));
  t.after(() => camera.kill());
  let restarts = 0;
  const { vision, reported, reopened } = await cameraFor(t, camera.url, {
    openSeconds: 5,
    // Only after one attempt to open it failed too.
    onRestart: () => ++restarts === 2 && camera.goOn(),
  });
  await vision.open(never);
  let frozen = false;
  for await (const { faces } of vision.batches()) {
    if (faces.length > 0 && !frozen) frozen = camera.freeze();
    if (reopened() && faces.length > 0) break;
  }
  assert.match(reported().join(""), /delivered no frame within 2 s.*delivered no frame within 5 s/s);
});

test("a garbled RTSP stream neither stops the detection nor floods the log", { skip }, async (t) => {
  const camera = await rtspServer(playing(cameraVideo()));
  t.after(() => camera.kill());
  await assertSurvivesGarbling(t, camera, 8);
});

test("no log line and no error contains the password of an RTSP camera", { skip }, async (t) => {
  const login = { user: "eve", password: "s3cret%2Fpa55" };
  const camera = await rtspServer(playing(cameraVideo()), {
    login: { ...login, password: decodeURIComponent(login.password) },
  });
  t.after(() => camera.kill());
  const withPassword = (password: string) => camera.url.replace("//", `//${login.user}:${password}@`);
  const wrong = await cameraFor(t, withPassword("s3cret-wrong"));
  const error = await wrong.vision.open(never).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof UserError);
  assert.match(error.sentence, /delivers no video.*password/);
  let restarts = 0;
  const right = await cameraFor(t, withPassword(login.password), {
    onRestart: () => ++restarts === 2 && right.vision.stop(),
  });
  await right.vision.open(never);
  // What FFmpeg and facepipe log about a stream that breaks off and cannot be opened again.
  for await (const { faces } of right.vision.batches()) if (faces.length > 0) await camera.kill();
  const all = [...wrong.lines, error.sentence, ...right.lines].join("");
  assert.match(all, /401 Unauthorized/, "FFmpeg's own output is included");
  assert.doesNotMatch(all, /s3cret/);
});
