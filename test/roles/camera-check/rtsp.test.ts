import assert from "node:assert/strict";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { startFacepipe } from "../../support/facepipe.ts";
import { freePort } from "../../support/ports.ts";
import { playing, type RtspOptions, rtspServer, withoutRtsp } from "../../support/rtsp-server.ts";
import { cameraVideo, withoutFfmpeg } from "../../vision/worker/sources/cameras/video.ts";
import { checkSteps } from "./fixture.ts";

const skip = withoutFfmpeg || withoutRtsp();
const measured = ["open", "stream", "frames", "cpu", "picture", "faces"];

async function cameraFor(t: TestContext, options: RtspOptions = {}, pipeline = playing(cameraVideo())) {
  const camera = await rtspServer(pipeline, options);
  t.after(() => camera.kill());
  return camera;
}

/** The URL with this login. */
function withLogin(url: string, login: string): string {
  return url.replace("//", `//${login}@`);
}

test("a suitable camera: every step succeeds", { skip }, async (t) => {
  const camera = await cameraFor(t);
  const { code, stderr, names, list, step } = await checkSteps(t, ["--camera", camera.url, "--seconds", "2"]);
  assert.equal(code, 0, stderr);
  assert.equal(stderr, "");
  assert.deepEqual(names, ["dns", "tcp", "login", ...measured]);
  assert.ok(list.every((each) => each.ok && each.ms >= 0 && each.camera === "127.0.0.1"));
  assert.equal(step("login")["status"], 200);
  assert.match(step("login").detail, /^RTSP 200, no login needed, video H264/);
  assert.equal(step("stream")["codec"], "h264");
  assert.deepEqual([step("stream")["width"], step("stream")["height"]], [640, 480]);
  // It is played in real time, at 30.
  const rate = Number(step("frames")["rate"]);
  assert.ok(rate > 0 && rate < 60, `${rate} frames/s`);
  assert.ok(Number(step("cpu")["cpuMsPerFrame"]) > 0);
  assert.ok(Number(step("faces")["withFaces"]) > 0);
});

for (const method of ["basic", "digest"] as const) {
  test(`a login that is needed, with ${method}: accepted, refused, missing`, { skip }, async (t) => {
    const camera = await cameraFor(t, { login: { user: "eve", password: 's3cret"/pa55', method } });
    const right = await checkSteps(t, ["--camera", withLogin(camera.url, "eve:s3cret%22%2Fpa55")]);
    assert.equal(right.code, 0, right.stderr);
    assert.match(right.step("login").detail, /user name and password accepted/);
    const wrong = await checkSteps(t, ["--camera", withLogin(camera.url, "eve:s3cret-wrong")]);
    assert.equal(wrong.code, 1);
    assert.deepEqual(wrong.names, ["dns", "tcp", "login"]);
    assert.equal(wrong.step("login").code, "CAMERA_LOGIN_REFUSED");
    assert.match(wrong.step("login").why ?? "", /user name or password refused \(401\)/);
    assert.match(wrong.stderr, /user name or password refused \(401\)/);
    const missing = await checkSteps(t, ["--camera", camera.url]);
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /asks for a user name and a password \(401\)/);
    for (const { stdout, stderr } of [right, wrong]) assert.doesNotMatch(stdout + stderr, /s3cret/);
  });
}

test("a path without a stream is told apart from a wrong password", { skip }, async (t) => {
  const camera = await cameraFor(t);
  const { code, names, step, stderr } = await checkSteps(t, ["--camera", `${camera.url}-2`]);
  assert.equal(code, 1);
  assert.deepEqual(names, ["dns", "tcp", "login"]);
  assert.equal(step("login").code, "STREAM_NOT_FOUND");
  assert.match(stderr, /no stream at this path \(404\)/);
});

test("a port without a listener, an unknown host: exit code 2", async (t) => {
  const refused = await checkSteps(t, ["--camera", `rtsp://eve:s3cret@127.0.0.1:${await freePort()}/video`]);
  assert.equal(refused.code, 2);
  assert.deepEqual(refused.names, ["dns", "tcp"]);
  assert.match(refused.stderr, /cannot be reached: .*refused.*nobody listens.*ECONNREFUSED/);
  assert.doesNotMatch(refused.stdout + refused.stderr, /s3cret/);
  const unknown = await checkSteps(t, ["--camera", "rtsp://no-such-camera.invalid/video"]);
  assert.equal(unknown.code, 2);
  assert.deepEqual(unknown.names, ["dns"]);
  assert.match(unknown.stderr, /the host name (is unknown|could not be resolved)/);
});

test("a camera that hangs answers nothing: exit code 2", { skip }, async (t) => {
  const camera = await cameraFor(t);
  camera.freeze();
  const { code, names, stderr } = await checkSteps(t, ["--camera", camera.url, "--connect-timeout", "1"]);
  assert.equal(code, 2);
  assert.deepEqual(names, ["dns", "tcp", "login"]);
  assert.match(stderr, /no answer in 1 s/);
});

test("a stream that freezes: the check ends, and tells after how many frames", { skip }, async (t) => {
  const camera = await cameraFor(t);
  const check = startFacepipe(t, [
    ...["camera-check", "--json", "--detector", "haar", "--camera", camera.url],
    ...["--seconds", "3600", "--stall-timeout", "2"],
  ]);
  await check.printed(/"step":"stream"/);
  camera.freeze();
  assert.equal((await check.ended).code, 1);
  const last = JSON.parse(check.stdout.trimEnd().split("\n").at(-1) ?? "");
  assert.deepEqual([last.step, last.ok, last.code], ["frames", false, "CAMERA_NO_FRAMES"]);
  assert.match(
    last.why,
    /delivered (one frame|\d+ frames), then no frame for 2 s|opened, then no frame for 4 s/,
  );
});

test("--wait: succeeds as soon as the camera is there", { skip }, async (t) => {
  const port = await freePort();
  const check = startFacepipe(t, [
    ...["camera-check", "--json", "--detector", "haar", "--seconds", "1", "--wait", "300"],
    ...["--camera", `rtsp://127.0.0.1:${port}/video`],
  ]);
  await once(check.child.stderr, "data");
  await cameraFor(t, { port });
  assert.equal((await check.ended).code, 0, check.stderr);
  const steps = check.stdout.trimEnd().split("\n");
  for (const step of steps) assert.equal(JSON.parse(step).ok, true);
});
