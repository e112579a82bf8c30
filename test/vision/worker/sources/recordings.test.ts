import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { UserError } from "../../../../src/base/errors.ts";
import { RecordingClock } from "../../../../src/vision/worker/sources/recording-clock.ts";
import { analyze, folderOf, jpegFrames, never, settings, visionFor } from "../../harness.ts";
import { ffmpeg, withoutFfmpeg as skip } from "./cameras/video.ts";

/** Drawn once for all tests. */
let drawn: Promise<Buffer[]> | undefined;

/** A video of at most 120 drawn faces, 30 frames per second; `options` come before the name of the output. */
async function record(t: TestContext, name: string, count: number, ...options: string[]): Promise<string> {
  drawn ??= jpegFrames(t, 120);
  const path = join(await folderOf(t, {}), name);
  const input = ["-f", "mjpeg", "-framerate", "30", "-i", "pipe:"];
  ffmpeg([...input, ...options, path], Buffer.concat((await drawn).slice(0, count)));
  return path;
}

const h264 = ["-c:v", "libx264", "-g", "15", "-pix_fmt", "yuv420p"];

/** Writes a matrix that turns by so many degrees clockwise into the track header of an MP4 file of version 0. */
async function turn(path: string, degrees: number): Promise<void> {
  const file = await readFile(path);
  const at = file.indexOf("tkhd") + 4 + 40;
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  for (const [place, value] of [cos, sin, 0, -sin, cos].entries())
    file.writeInt32BE(Math.round(value * 65_536), at + 4 * place);
  await writeFile(path, file);
}

for (const [degrees, filter, size] of [
  [0, "null", [640, 480]],
  [90, "transpose=cclock", [640, 480]],
  [180, "hflip,vflip", [640, 480]],
  [270, "transpose=clock", [640, 480]],
] as const)
  test(`a recording that its player turns by ${degrees} degrees is seen upright`, { skip }, async (t) => {
    const path = await record(t, "turned.mp4", 10, "-vf", filter, ...h264);
    await turn(path, degrees);
    const { frames } = await analyze(t, settings(path));
    assert.equal(frames.length, 10);
    const faces = frames.flatMap((frame) => frame.faces);
    // Upside down or on its side the detector finds none.
    assert.ok(faces.length >= 8, `${faces.length} faces`);
    for (const { frame } of faces) assert.deepEqual([frame.width, frame.height], size);
  });

test("a recording with a changing frame rate has its own times", { skip }, async (t) => {
  // Two seconds of 30 frames per second, then two of 5; the container claims 30.
  const select = "select='lt(n,60)+not(mod(n,6))'";
  const path = await record(t, "changing.mkv", 120, "-vf", select, "-vsync", "passthrough", ...h264);
  const { frames } = await analyze(t, settings(path, { fps: 5 }));
  assert.ok(frames.length >= 19 && frames.length <= 21, `${frames.length} frames at 5 per second of 4 s`);
  const all = await analyze(t, settings(path));
  assert.equal(all.frames.length, 70);
  assert.deepEqual(
    all.reported().filter((line) => line.includes("damaged")),
    [],
  );
  const { frames: periods } = await analyze(t, settings(path, { emit: { kind: "every", seconds: 1 } }));
  // At 1, 2 and 3 s; the last period's shot comes after the last frame.
  assert.equal(periods.filter(({ faces }) => faces.length > 0).length, 3);
});

test("a count of frames that is computed from a wrong rate is not shown", { skip }, async (t) => {
  // Ten frames a second in a container that claims a thousand, as browsers record.
  const slow = ["-vf", "setpts=3*PTS", "-vsync", "passthrough", "-c:v", "libvpx", "-deadline", "realtime"];
  const path = await record(t, "browser.webm", 20, ...slow, "-f", "webm", "-live", "1");
  const { info, frames, reported } = await analyze(t, settings(path));
  const stream = { codec: undefined, width: 640, height: 480, rate: undefined };
  assert.deepEqual(info, { live: false, frames: undefined, stream });
  assert.equal(frames.length, 20);
  assert.deepEqual(
    reported().filter((line) => line.includes("damaged")),
    [],
  );
});

test("damaged parts of a recording are passed over, and counted", { skip }, async (t) => {
  const path = await record(t, "damaged.mp4", 90, ...h264);
  const file = await readFile(path);
  const start = file.indexOf("mdat");
  const at = start + Math.floor((file.indexOf("moov") - start) * 0.4);
  file.fill(0xff, at, at + Math.floor(file.length / 10));
  await writeFile(path, file);
  const { frames, reported } = await analyze(t, settings(path));
  assert.ok(frames.length >= 70 && frames.length < 90, `${frames.length} of 90 frames`);
  assert.match(
    reported().join(""),
    new RegExp(`is damaged: ${90 - frames.length} of 90 frames could not be read`),
  );
});

test("a recording of which most is missing is an error, after its faces", { skip }, async (t) => {
  const path = await record(t, "cut.mp4", 90, ...h264, "-movflags", "faststart");
  const file = await readFile(path);
  const start = file.indexOf("mdat");
  await writeFile(path, file.subarray(0, start + Math.floor((file.length - start) * 0.3)));
  const { vision } = await visionFor(t, settings(path));
  await vision.open(never);
  let faces = 0;
  const all = async () => {
    for await (const batch of vision.batches()) faces += batch.faces.length;
  };
  await assert.rejects(all(), (error) => {
    assert.ok(error instanceof UserError);
    assert.equal(error.code, "VIDEO_DAMAGED");
    return /^only \d+ of the 90 frames/.test(error.message);
  });
  assert.ok(faces > 0);
});

test("a pipe is opened once, since what is read from it is gone", { skip }, async (t) => {
  const video = await record(t, "source.mkv", 30, ...h264);
  const pipe = join(await folderOf(t, {}), "pipe.mkv");
  execFileSync("mkfifo", [pipe]);
  const writing = writeFile(pipe, await readFile(video));
  const { frames } = await analyze(t, settings(pipe));
  await writing;
  assert.equal(frames.length, 30);
});

test("a recording's clock goes forward, also without times and when it starts again", () => {
  const clock = new RecordingClock(10, 0.5);
  assert.deepEqual(
    [0, 0.1, 0.1, -1, Number.NaN].map((position) => clock.onFrame(position).toFixed(1)),
    ["0.0", "0.1", "0.2", "0.3", "0.4"],
  );
  assert.equal(clock.isOver, true);
  clock.rewind();
  assert.equal(clock.isOver, false);
  assert.equal(clock.onFrame(0).toFixed(1), "0.5");
});
