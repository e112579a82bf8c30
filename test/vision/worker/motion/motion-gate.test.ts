import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { MotionGate } from "../../../../src/vision/worker/motion/motion-gate.ts";
import { thumbnailOf } from "../../../../src/vision/worker/motion/thumbnail.ts";
import { loadOpenCv } from "../../../../src/vision/worker/opencv.ts";
import { randomFrom } from "../../../../src/vision/worker/synthetic/random.ts";

const { FACEPIPE_TEST_DATA = "../shared/data" } = process.env;
const video = join(FACEPIPE_TEST_DATA, "videos/bench_mixed_empty_person_640x480_30fps.mp4");

/** A cell is 8x8 pixels of a 640x480 frame. */
const [width, height, fps] = [80, 60, 15];

/** Gray levels of a cell in a frame, 0..255 and beyond. */
type Picture = (x: number, y: number, frame: number) => number;

/** Noise of standard deviation `sigma`, the same in every run: sums of four uniform numbers, used in turn. */
function noise(sigma: number): () => number {
  const random = randomFrom(1);
  const sum = () => random() + random() + random() + random() - 2;
  const values = Float32Array.from({ length: 100_003 }, () => sum() * Math.sqrt(3) * sigma);
  let next = 0;
  return () => values[next++ % values.length] as number;
}

/** A wall with a window, furniture and a lamp, from dark to light. */
const furniture = Float32Array.from({ length: width * height }, (_, at) => {
  const [x, y] = [at % width, Math.floor(at / width)];
  const wall = x > 50 && x < 70 && y < 25 ? 200 : 90;
  return wall + (y > 45 ? -50 : 0) + 15 * Math.sin(x / 5) * Math.cos(y / 7);
});
const room = (x: number, y: number) => furniture[y * width + x] as number;

/**
 * Someone far away, 40x120 pixels with a face of 24 on top, who comes in from the left with `speed` pixels per second from
 * frame `from` on, and is lighter than the room by `contrast`. The face is in the picture after 32 pixels.
 */
function walker(from: number, speed: number, contrast: number): Picture {
  const share = (x: number, start: number, end: number) =>
    Math.max(0, Math.min(1, (Math.min(8 * x + 8, end) - Math.max(8 * x, start)) / 8));
  return (x, y, frame) => {
    const left = (Math.max(0, frame - from) / fps) * speed - 40;
    if (y >= 25 && y < 40) return contrast * share(x, left, left + 40);
    return y >= 22 && y < 25 ? contrast * share(x, left + 8, left + 32) : 0;
  };
}

const bytes = (picture: Picture, frame: number): Uint8Array =>
  Uint8ClampedArray.from({ length: width * height }, (_, at) =>
    picture(at % width, Math.floor(at / width), frame),
  ) as unknown as Uint8Array;

/** The gate's results for this many frames. */
function run(frames: number, picture: Picture, gate = new MotionGate()): boolean[] {
  return Array.from({ length: frames }, (_, frame) => gate.moved(bytes(picture, frame), width, frame / fps));
}

/** The frames with motion, after the first second. */
const motionIn = (moved: readonly boolean[]) =>
  moved.flatMap((yes, frame) => (yes && frame >= fps ? [frame] : []));

const spread = noise(2);
/** A bad camera: 8 gray levels of noise in a pixel are 2 in a cell of 16. */
const noisy = (x: number, y: number) => room(x, y) + spread();

test("an empty room has no motion, with noise, a flickering lamp, or a codec", () => {
  const cases: Readonly<Record<string, Picture>> = {
    still: room,
    noise: noisy,
    "bands of a lamp at 50 Hz": (x, y, frame) => noisy(x, y) + 2 * Math.sin(y / 3 + frame * 1.6),
    // A block of 8x8 pixels has its mean in steps of 2.5 levels at JPEG quality 40.
    "JPEG at quality 40": (x, y) => Math.round(noisy(x, y) / 2.5) * 2.5,
    "a key frame every second": (x, y, frame) => noisy(x, y) + (frame % fps === 0 ? 3 * Math.sin(x * y) : 0),
  };
  for (const [name, picture] of Object.entries(cases))
    assert.deepEqual(motionIn(run(20 * fps, picture)), [], name);
});

test("a change of the light of the whole picture, slow or in steps, is no motion", () => {
  const sun = (frame: number) => Math.sin((2 * Math.PI * frame) / (40 * fps));
  const exposure = [1, 1.05, 1.12, 1, 0.93, 0.88];
  const cases: Readonly<Record<string, Picture>> = {
    "40 levels up in 10 s, and 80 down in 20": (x, y, frame) => noisy(x, y) + 40 * sun(frame),
    "a gain of 0.75 to 1.25": (x, y, frame) => room(x, y) * (1 + 0.25 * sun(frame)) + spread(),
    "steps of exposure": (x, y, frame) =>
      room(x, y) * (exposure[Math.floor(frame / 30) % exposure.length] ?? 1) + spread(),
    "steps of 8 levels": (x, y, frame) => noisy(x, y) + (Math.floor(frame / 30) % 2) * 8,
  };
  for (const [name, picture] of Object.entries(cases))
    assert.deepEqual(motionIn(run(40 * fps, picture)), [], name);
});

test("someone far away is detected before the face is in the picture, fast or slow", () => {
  for (const speed of [9, 30, 60, 90])
    for (const contrast of [20, -20]) {
      const from = 5 * fps;
      const faceIsIn = from + Math.ceil((32 * fps) / speed);
      const person = walker(from, speed, contrast);
      const frames = motionIn(run(faceIsIn + 1, (x, y, frame) => noisy(x, y) + person(x, y, frame)));
      assert.ok(frames.length > 0, `${speed} pixels a second, contrast ${contrast}`);
      assert.ok((frames[0] as number) >= from, "nothing moved before");
    }
});

test("motion lasts for half a second after someone stops, and ends while they stand still", () => {
  const [from, stops] = [5 * fps, 7 * fps];
  const person = walker(from, 90, 60);
  const moved = run(20 * fps, (x, y, frame) => noisy(x, y) + person(x, y, Math.min(frame, stops)));
  assert.ok(moved.slice(from + fps / 3, stops + fps / 2).every(Boolean));
  assert.ok(!moved.slice(stops + 8 * fps).some(Boolean));
});

test("a lamp and a moved camera are motion at once, and soon become background", () => {
  const from = 5 * fps;
  const cases: Readonly<Record<string, Picture>> = {
    "a lamp in a corner": (x, y) => room(x, y) * (1 + 0.8 * Math.exp(-(x * x + y * y) / 1000)),
    "a moved camera": (x, y) => room(79 - x, 59 - y),
    "everything is different": (x, y) => 128 + 100 * Math.sign(Math.sin(x) * Math.sin(y)),
  };
  for (const [name, then] of Object.entries(cases)) {
    const moved = run(12 * fps, (x, y, frame) => (frame < from ? room : then)(x, y, frame) + spread());
    assert.equal(motionIn(moved)[0], from, name);
    assert.ok(!moved.slice(from + 5 * fps).some(Boolean), name);
  }
});

test("a screen that always changes becomes background, and someone elsewhere is still motion", () => {
  const random = randomFrom(7);
  const shown = Array.from({ length: 400 }, () => 60 + 50 * random());
  const from = 35 * fps;
  const person = walker(from, 60, 40);
  const screen: Picture = (x, y, frame) =>
    (x > 60 && y > 5 && y < 20 ? (shown[Math.floor(frame / 3)] as number) : noisy(x, y)) +
    person(x, y, frame);
  const frames = motionIn(run(from + fps / 2, screen));
  assert.ok((frames[0] as number) < 5 * fps, "at first it is motion");
  const later = frames.filter((frame) => frame > 20 * fps);
  assert.ok(
    (later[0] as number) >= from && later.length > 0,
    `motion at ${later[0]}, someone came at ${from}`,
  );
});

test("the gate is reset by the first picture, one of another size, and a file that starts again", () => {
  const gate = new MotionGate();
  const gray = bytes(room, 0);
  assert.equal(gate.moved(gray, width, 100), true);
  assert.equal(gate.moved(gray, width, 102), false);
  assert.equal(gate.moved(gray.subarray(width), width, 103), true);
  assert.equal(gate.moved(gray.subarray(width), width, 105), false);
  assert.equal(gate.moved(gray.subarray(width), width, 0), true);
  assert.equal(gate.moved(gray.subarray(width), width, 1), false);
});

test("a thumbnail is at most 80 cells wide and high, for frames of any shape", () => {
  const cv = loadOpenCv();
  for (const [rows, cols, cells] of [
    [480, 640, [80, 60]],
    [1080, 1920, [80, 45]],
    [1920, 1080, [45, 80]],
    [24, 24, [80, 80]],
    [2, 2000, [80, 1]],
  ] as const) {
    const frame = new cv.Mat(rows, cols, cv.CV_8UC3, [200, 200, 200]);
    const small = thumbnailOf(cv, frame);
    frame.release();
    assert.deepEqual([small.width, small.gray.length / small.width], cells);
    assert.ok(small.gray.every((gray) => gray === 200));
  }
});

/** Cuts to a person: YuNet finds a face in these frames and in none of the second before. */
const arrivals = [91, 258, 458, 614, 763, 914, 1072, 1235, 1412, 1592];
const skip = existsSync(video) ? false : `no ${video}; FACEPIPE_TEST_DATA says where the data is`;

test("everyone who appears in a recording is motion at once, and some frames have none", { skip }, () => {
  const cv = loadOpenCv();
  const capture = new cv.VideoCapture(video, cv.CAP_FFMPEG);
  const gate = new MotionGate();
  const moved: boolean[] = [];
  for (let frame = capture.read(); !frame.empty; frame = capture.read()) {
    const { gray, width: cells } = thumbnailOf(cv, frame);
    frame.release();
    moved.push(gate.moved(gray, cells, moved.length / 30));
  }
  capture.release();
  assert.deepEqual(
    arrivals.filter((frame) => !moved[frame]),
    [],
  );
  // Between the people hands move bottles about most of the time, so few frames have no motion.
  assert.ok(moved.filter((yes) => !yes).length > 30);
});
