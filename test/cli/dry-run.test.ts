import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { dryRunKeys } from "../pipeline/pipeline.ts";
import { facepipe, startFacepipe } from "../support/facepipe.ts";
import { emptyFolder } from "../support/folder.ts";
import { ppm } from "../vision/harness.ts";

/** The parsed output of `detect --dry-run`. */
const faces = (stdout: string) =>
  stdout
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));

const detect = (camera: string, ...more: readonly string[]) => [
  "detect",
  "--detector",
  "haar",
  "--dry-run",
  "--camera",
  camera,
  ...more,
];

test("one JSON line per face, and a summary in the log", async (t) => {
  const { code, stdout, stderr } = await facepipe(t, detect("synthetic:faces=1,seconds=1,pace=off"));
  assert.equal(code, 0);
  const lines = faces(stdout);
  assert.ok(lines.length >= 20, `${lines.length} faces in 30 frames`);
  for (const line of lines) {
    assert.deepEqual(Object.keys(line), dryRunKeys);
    assert.deepEqual([line.camera, line.detector], ["synthetic", "haar"]);
    assert.deepEqual(Object.keys(line.box), ["x", "y", "width", "height"]);
    for (const value of Object.values(line.box)) assert.ok(Number.isInteger(value));
    assert.ok(line.score >= 0.7 && line.score <= 1);
    assert.match(line.capturedAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  }
  const frames = lines.map(({ frame }) => frame);
  assert.deepEqual(
    frames,
    [...frames].sort((a, b) => a - b),
  );
  assert.ok(frames[0] === 0 && Math.max(...frames) < 30);
  assert.match(
    stderr,
    new RegExp(`"msg":"30 frames, ${lines.length} faces, 1 visits, [\\d.]+ s, [\\d.]+ frames/s"`),
  );
});

test("a folder of images: faces have the file's name, frames are in the order of names", async (t) => {
  const folder = emptyFolder(t);
  for (const name of ["c.ppm", "a.ppm", "b.ppm"]) writeFileSync(join(folder, name), ppm("synthetic:faces=1"));
  const { code, stdout } = await facepipe(t, detect(folder, "--name", "gate"));
  assert.equal(code, 0);
  assert.deepEqual(
    faces(stdout).map(({ camera, frame, file }) => ({ camera, frame, file })),
    ["a.ppm", "b.ppm", "c.ppm"].map((file, frame) => ({ camera: "gate", frame, file })),
  );
});

test("--limit ends it after that many faces, though a frame has more", async (t) => {
  const two = "synthetic:faces=2,pace=off";
  for (const limit of ["1", "3"]) {
    const { code, stdout } = await facepipe(t, detect(two, "--limit", limit));
    assert.deepEqual([code, faces(stdout).length], [0, Number(limit)]);
  }
});

test("--loop repeats an image until --limit; the frame index goes on", async (t) => {
  const image = join(emptyFolder(t), "face.ppm");
  writeFileSync(image, ppm("synthetic:faces=1"));
  const { code, stdout } = await facepipe(t, detect(image, "--loop", "--limit", "4"));
  assert.equal(code, 0);
  assert.deepEqual(
    faces(stdout).map(({ frame }) => frame),
    [0, 1, 2, 3],
  );
});

test("--fps limits how many frames are analysed", async (t) => {
  const { stderr, code } = await facepipe(t, detect("synthetic:seconds=2,fps=30,pace=off", "--fps", "5"));
  assert.equal(code, 0);
  assert.match(stderr, /"msg":"10 frames, /);
});

test("every option can be set in the environment", async (t) => {
  const env = {
    FACEPIPE_CAMERA: "synthetic:pace=off",
    FACEPIPE_DRY_RUN: "true",
    FACEPIPE_LIMIT: "1",
    FACEPIPE_NAME: "a",
  };
  const { code, stdout } = await facepipe(t, ["detect"], { env });
  assert.deepEqual([code, faces(stdout)[0].camera], [0, "a"]);
});

test("health and metrics are served while it runs", async (t) => {
  const args = detect("synthetic", "--http", "127.0.0.1:0");
  const program = startFacepipe(t, args);
  await program.printed(/\n/);
  const url = await program.httpUrl();
  assert.equal((await fetch(`${url}/healthz`)).status, 200);
  assert.match(
    await (await fetch(`${url}/metrics`)).text(),
    /^facepipe_faces_total\{camera="synthetic"\} [1-9]/m,
  );
  assert.equal((await program.stop()).code, 0);
});

test("what only a webcam can be asked for is a warning for another source", async (t) => {
  const args = detect("synthetic:seconds=0.2,pace=off", "--video-size", "1920x1080", "--framerate", "15");
  const { code, stderr } = await facepipe(t, args);
  assert.equal(code, 0);
  assert.match(
    stderr,
    /"camera_warning","msg":"--video-size, --framerate: only a webcam can be asked for it/,
  );
});
