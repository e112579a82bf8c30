import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { platform } from "node:process";
import { test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { facepipe, startFacepipe } from "../../support/facepipe.ts";
import { emptyFolder } from "../../support/folder.ts";
import { fullBacklog } from "../../support/full-backlog.ts";
import { freePort } from "../../support/ports.ts";
import { ppm } from "../../vision/harness.ts";
import { ffmpeg, withoutFfmpeg } from "../../vision/worker/sources/cameras/video.ts";
import { checkSteps } from "./fixture.ts";

const skip = withoutFfmpeg;
const measured = ["open", "stream", "frames", "cpu", "picture", "faces"];
const quick = ["--detector", "haar", "--seconds", "0.5"];

test("the synthetic camera, as text: one line per step", async (t) => {
  const args = ["camera-check", "--camera", "synthetic:fps=20", ...quick];
  const { code, stdout, stderr } = await facepipe(t, args);
  assert.equal(code, 0, stderr);
  assert.equal(stderr, "");
  const lines = stdout.trimEnd().split("\n");
  assert.equal(lines.length, measured.length, stdout);
  for (const line of lines) assert.match(line, /^✓ /);
  assert.match(stdout, /stream .* 640x480\n/);
  assert.match(stdout, /frames .* ms {2}\d[\d.]* frames\/s over/);
  assert.match(stdout, /CPU .* ms per frame/);
  assert.match(stdout, /picture .*light \d+ of 255, contrast \d+, sharpness \d+/);
  assert.match(stdout, /faces .*a face in \d of \d frames, 1 face at most, \d+ (to \d+ )?px \(haar/);
});

test("a video: its own rate, how fast it can be read, its codec", { skip }, async (t) => {
  const file = join(emptyFolder(t), "a.mp4");
  ffmpeg([
    "-f",
    "lavfi",
    "-i",
    "testsrc2=s=320x240:r=12:d=2",
    "-c:v",
    "libx264",
    "-pix_fmt",
    "yuv420p",
    file,
  ]);
  const { code, stderr, names, step } = await checkSteps(t, ["--camera", file]);
  assert.equal(code, 0, stderr);
  assert.deepEqual(names, measured);
  assert.equal(step("open")["frames"], 24);
  assert.deepEqual([step("stream")["codec"], step("stream")["rate"]], ["h264", 12]);
  assert.match(step("frames").detail, /the file's rate is 12 frames\/s; 24 frames read at/);
});

test("4K H.265: the advice is the sub-stream", { skip }, async (t) => {
  const file = join(emptyFolder(t), "4k.mp4");
  const source = ["-f", "lavfi", "-i", "testsrc2=s=3840x2160:r=2:d=1"];
  const codec = ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none"];
  ffmpeg([...source, ...codec, "-tag:v", "hvc1", "-pix_fmt", "yuv420p", file]);
  const { code, stderr, step, advice } = await checkSteps(t, ["--camera", file]);
  assert.equal(code, 0, stderr);
  assert.match(step("stream").detail, /^H\.265 3840x2160/);
  assert.match(advice, /this is 4K H\.265: .*sub-stream/);
});

test("a black picture and a blurred one are reported, and are no failure", { skip }, async (t) => {
  const folder = emptyFolder(t);
  const advice = async (name: string, filter: string) => {
    const file = join(folder, name);
    ffmpeg(["-f", "lavfi", "-i", filter, "-c:v", "libx264", "-pix_fmt", "yuv420p", file]);
    const checked = await checkSteps(t, ["--camera", file]);
    assert.equal(checked.code, 0, checked.stderr);
    assert.match(checked.step("faces").detail, /^no face in \d frames/);
    return checked.advice;
  };
  assert.match(await advice("black.mp4", "color=black:s=320x240:d=1"), /the picture is black.*lens cap.*IR/);
  assert.match(await advice("blurred.mp4", "testsrc2=s=320x240:d=1,gblur=sigma=5"), /blurred: focus/);
  assert.doesNotMatch(await advice("good.mp4", "testsrc2=s=320x240:d=1"), /picture is/);
});

test("a privacy mask holds for the check too", async (t) => {
  const args = ["--camera", "synthetic:fps=20", "--mask", "0,0 1,0 1,1 0,1"];
  const { code, step } = await checkSteps(t, args);
  assert.equal(code, 0);
  assert.deepEqual([step("picture")["light"], step("faces")["withFaces"]], [0, 0]);
});

test("an image, and a folder of images", async (t) => {
  const folder = emptyFolder(t);
  for (const name of ["a.ppm", "b.ppm"]) writeFileSync(join(folder, name), ppm("synthetic"));
  const image = await checkSteps(t, ["--camera", join(folder, "a.ppm")]);
  assert.equal(image.code, 0, image.stderr);
  assert.equal(image.step("frames").detail, "1 picture");
  assert.equal(image.step("faces")["withFaces"], 1);
  const both = await checkSteps(t, ["--camera", folder]);
  assert.equal(both.code, 0, both.stderr);
  assert.equal(both.step("frames").detail, "2 pictures");
});

test("what is not there, or is no video: exit code 1 and the reason", async (t) => {
  const folder = emptyFolder(t);
  mkdirSync(join(folder, "empty"));
  writeFileSync(join(folder, "text.mp4"), "hello");
  const failure = async (camera: string) => {
    const { code, list, stderr } = await checkSteps(t, ["--camera", camera]);
    assert.match(stderr, /^facepipe: .*\n$/);
    return [code, list.length, list[0]?.step, list[0]?.code];
  };
  assert.deepEqual(await failure("/dev/video97"), [1, 1, "open", "CAMERA_NOT_FOUND"]);
  assert.deepEqual(await failure(join(folder, "none.mp4")), [1, 1, "open", "FILE_NOT_FOUND"]);
  assert.deepEqual(await failure(join(folder, "empty")), [1, 1, "open", "FOLDER_WITHOUT_IMAGES"]);
  assert.deepEqual(await failure(join(folder, "text.mp4")), [1, 1, "open", "VIDEO_UNREADABLE"]);
});

test("a video that is cut off is reported", { skip }, async (t) => {
  const file = join(emptyFolder(t), "cut.mkv");
  ffmpeg(["-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=4", "-c:v", "libx264", "-g", "5", file]);
  const whole = readFileSync(file);
  writeFileSync(file, whole.subarray(0, whole.length * 0.3));
  const { code, list } = await checkSteps(t, ["--camera", file]);
  assert.equal(code, 1);
  assert.deepEqual([list.at(-1)?.step, list.at(-1)?.code], ["frames", "VIDEO_DAMAGED"]);
});

test("a host that drops packets: exit code 2 in the time given", async (t) => {
  const camera = `rtsp://eve:s3cret@127.0.0.1:${await fullBacklog(t)}/video`;
  const once = await checkSteps(t, ["--camera", camera, "--connect-timeout", "1"]);
  assert.equal(once.code, 2, once.stderr);
  assert.deepEqual(once.names, ["dns", "tcp"]);
  assert.match(once.stderr, /no answer in 1 s/);
  const waiting = await checkSteps(t, ["--camera", camera, "--wait", "2"]);
  assert.equal(waiting.code, 2, waiting.stderr);
  assert.match(waiting.stderr, /cannot be reached: no answer in [12]/);
  for (const { stdout, stderr } of [once, waiting]) assert.doesNotMatch(stdout + stderr, /s3cret/);
});

test("several cameras: all are checked, and one that fails decides the exit code", async (t) => {
  const cameras = ["--camera", "/dev/video97", "--camera", "synthetic:fps=20"];
  const { code, list, stderr } = await checkSteps(t, [...cameras, "--name", "door", "--name", "desk"]);
  assert.equal(code, 1);
  assert.match(stderr, /no such camera: \/dev\/video97/);
  assert.deepEqual(
    list.map(({ camera, step }) => `${camera} ${step}`),
    ["door open", ...measured.map((step) => `desk ${step}`)],
  );
  const text = await facepipe(t, ["camera-check", ...cameras, ...quick]);
  assert.match(text.stdout, /^cam97:\n✗ open .*\nsynthetic:\n✓ open/);
});

test("--quiet: only the exit code, and one sentence when it fails", async (t) => {
  const check = (camera: string) => facepipe(t, ["camera-check", "--quiet", "--camera", camera, ...quick]);
  const good = await check("synthetic:fps=20");
  assert.deepEqual([good.code, good.stdout, good.stderr], [0, "", ""]);
  const bad = await check("/dev/video97");
  assert.deepEqual([bad.code, bad.stdout], [1, ""]);
  assert.match(bad.stderr, /^facepipe: no such camera.*\n$/);
});

test("--wait: the steps of the last attempt alone; Ctrl-C ends it at once", async (t) => {
  const camera = `rtsp://127.0.0.1:${await freePort()}/video`;
  const { code, names } = await checkSteps(t, ["--camera", camera, "--wait", "1"]);
  assert.deepEqual([code, names], [2, ["dns", "tcp"]]);
  const check = startFacepipe(t, ["camera-check", "--camera", camera, "--wait", "3600", ...quick]);
  await check.event("connect_retry");
  assert.equal((await check.stop("SIGINT")).code, 2);
});

test("Ctrl-C ends the worker, too, also one that hangs", {
  skip: platform !== "linux" && "needs /proc",
}, async (t) => {
  const args = ["camera-check", "--camera", "synthetic", "--seconds", "3600", "--detector", "haar"];
  const check = startFacepipe(t, [...args, "--log-level", "debug"]);
  await check.printed(/stream/);
  const [, pid] = /started the vision worker, process (\d+)/.exec(check.stderr) ?? assert.fail(check.stderr);
  process.kill(Number(pid), "SIGSTOP");
  assert.equal((await check.stop("SIGINT")).code, 2);
  // The system may take a moment to end it.
  while (runs(Number(pid))) await nextTurn();
});

/** Whether the process exists; one whose exit nobody has read yet (a zombie) does not run. */
function runs(pid: number): boolean {
  try {
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

test("wrong usage: all faults together, and nothing is tried", async (t) => {
  const none = await facepipe(t, ["camera-check"]);
  assert.deepEqual([none.code, none.stdout], [3, ""]);
  assert.match(none.stderr, /--camera .* is required/);
  const args = [
    "--camera",
    "synthetic",
    "--json",
    "--quiet",
    "--list",
    "--seconds",
    "0",
    "--name",
    "a",
    "--name",
    "b",
  ];
  const { code, stdout, stderr } = await facepipe(t, ["camera-check", ...args]);
  assert.deepEqual([code, stdout], [3, ""]);
  assert.match(stderr, /--seconds "0": must be/);
  assert.match(stderr, /--json and --quiet cannot both be set/);
  assert.match(stderr, /--list and --quiet cannot both be set/);
  assert.match(stderr, /--name must be set as often as --camera/);
});
