import assert from "node:assert/strict";
import { test } from "node:test";
import { UserError } from "../../../../../src/base/errors.ts";
import { playing, rtspServer, withoutRtsp } from "../../../../support/rtsp-server.ts";
import { assertSurvivesGarbling } from "./garbled.ts";
import { cameraVideo, withoutFfmpeg } from "./video.ts";
import { never, watching } from "./watching.ts";

const skip = withoutFfmpeg || withoutRtsp();

test("an RTSP camera that went away is found again", { skip }, async (t) => {
  const video = playing(cameraVideo());
  let camera = await rtspServer(video);
  t.after(() => camera.kill());
  const { vision, foundAgain } = await watching(t, camera.url);
  assert.deepEqual(await vision.open(never), { live: true });
  let away = false;
  for await (const { faces } of vision.batches()) {
    if (faces.length > 0 && !away) {
      away = true;
      await camera.kill();
      camera = await rtspServer(video, { port: camera.port });
    }
    if (foundAgain() && faces.length > 0) break;
  }
});

test("an RTSP camera that stands still is given up, and taken again when it goes on", { skip }, async (t) => {
  const camera = await rtspServer(playing(cameraVideo()));
  t.after(() => camera.kill());
  let restarts = 0;
  const { vision, told, foundAgain } = await watching(t, camera.url, {
    openSeconds: 5,
    // Only after one attempt to open it was in vain too.
    onRestart: () => ++restarts === 2 && camera.goOn(),
  });
  await vision.open(never);
  let frozen = false;
  for await (const { faces } of vision.batches()) {
    if (faces.length > 0 && !frozen) frozen = camera.freeze();
    if (foundAgain() && faces.length > 0) break;
  }
  assert.match(told().join(""), /gave no frame within 2 s.*gave no frame within 5 s/s);
});

test("a garbled RTSP stream neither ends the watch nor floods the log", { skip }, async (t) => {
  const camera = await rtspServer(playing(cameraVideo()));
  t.after(() => camera.kill());
  await assertSurvivesGarbling(t, camera, 8);
});

test("no log line and no error tells the password of an RTSP camera", { skip }, async (t) => {
  const login = { user: "eve", password: "s3cret%2Fpa55" };
  const camera = await rtspServer(playing(cameraVideo()), {
    login: { ...login, password: decodeURIComponent(login.password) },
  });
  t.after(() => camera.kill());
  const withPassword = (password: string) => camera.url.replace("//", `//${login.user}:${password}@`);
  const wrong = await watching(t, withPassword("s3cret-wrong"));
  const error = await wrong.vision.open(never).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof UserError);
  assert.match(error.sentence, /gives no video.*password/);
  let restarts = 0;
  const right = await watching(t, withPassword(login.password), {
    onRestart: () => ++restarts === 2 && right.vision.stop(),
  });
  await right.vision.open(never);
  // What FFmpeg and we say of a stream that breaks off and cannot be opened again.
  for await (const { faces } of right.vision.batches()) if (faces.length > 0) await camera.kill();
  const all = [...wrong.lines, error.sentence, ...right.lines].join("");
  assert.match(all, /401 Unauthorized/, "FFmpeg's own words are there");
  assert.doesNotMatch(all, /s3cret/);
});
