import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { availableParallelism, cpus, platform } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { loadOpenCv } from "../../../../src/vision/worker/opencv.ts";
import {
  decoderThreads,
  openRecordingByFfmpeg,
  openStreamByFfmpeg,
} from "../../../../src/vision/worker/sources/ffmpeg.ts";
import { folderOf } from "../../harness.ts";
import { ffmpeg, withoutFfmpeg } from "./cameras/video.ts";

const skip = withoutFfmpeg || (platform() === "linux" ? false : "the threads are limited on Linux only");

async function record(t: TestContext, size: string): Promise<string> {
  const path = join(await folderOf(t, {}), "test.mp4");
  ffmpeg(["-f", "lavfi", "-i", `testsrc=size=${size}:rate=30`, "-frames:v", "12", "-c:v", "libx264", path]);
  return path;
}

test("a stream up to Full HD is decoded by one thread, a larger one by all", { skip }, async (t) => {
  const cv = loadOpenCv();
  for (const [size, threads] of [
    ["320x240", 1],
    ["1920x1080", 1],
    ["1080x1920", 1],
    ["2560x1440", cpus().length],
  ] as const) {
    const capture = openStreamByFfmpeg(cv, await record(t, size));
    t.after(() => capture.release());
    assert.equal(decoderThreads(cv), threads, size);
    let frames = 0;
    while (capture.grab()) frames++;
    assert.equal(frames, 12, size);
    assert.throws(() => openStreamByFfmpeg(cv, "/nowhere.mp4"));
    assert.equal(decoderThreads(cv), cpus().length, "of a decoder that was not opened nothing is known");
  }
});

test("a recording is decoded on the CPUs that the process may use", { skip }, async (t) => {
  const path = await record(t, "2560x1440");
  const cv = loadOpenCv();
  openRecordingByFfmpeg(cv, path).release();
  assert.equal(decoderThreads(cv), availableParallelism());
  const script = `
    import { loadOpenCv } from "./src/vision/worker/opencv.ts";
    import { decoderThreads, openRecordingByFfmpeg } from "./src/vision/worker/sources/ffmpeg.ts";
    openRecordingByFfmpeg(loadOpenCv(), process.argv[1]).release();
    console.log(decoderThreads(loadOpenCv()));
  `;
  const args = ["-c", "0", process.execPath, "--import", "tsx", "--input-type=module", "-e", script, path];
  assert.equal(execFileSync("taskset", args, { encoding: "utf8" }), "1\n");
});
