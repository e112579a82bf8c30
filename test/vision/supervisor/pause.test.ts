import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Vision } from "../../../src/vision/supervisor/vision.ts";
import type { FrameBatch, VisionSettings } from "../../../src/vision/types.ts";
import { analyze, folderOf, jpegFrames, never, settings, visionFor } from "../harness.ts";
import { cameraVideo, ffmpeg, withoutFfmpeg } from "../worker/sources/cameras/video.ts";
import { httpServer, serveFile } from "../worker/sources/http/server.ts";

/** Reads a Vision's batches in the background. */
class Reader {
  readonly batches: FrameBatch[] = [];
  readonly ended: Promise<void>;
  readonly #changed = new EventEmitter();

  constructor(vision: Vision) {
    this.ended = this.#read(vision);
  }

  get indices(): number[] {
    return this.batches.flatMap(({ frames }) => frames.map(({ index }) => index));
  }

  get faces() {
    return this.batches.flatMap(({ faces }) => faces);
  }

  /** Resolves when it has read `count` more frames. */
  async more(count: number): Promise<void> {
    const wanted = this.indices.length + count;
    while (this.indices.length < wanted) await once(this.#changed, "batch");
  }

  /** Resolves when it has read `count` faces. */
  async untilFaces(count: number): Promise<void> {
    while (this.faces.length < count) await once(this.#changed, "batch");
  }

  async #read(vision: Vision): Promise<void> {
    for await (const batch of vision.batches()) {
      this.batches.push(batch);
      this.#changed.emit("batch");
    }
  }
}

async function open(t: TestContext, chosen: VisionSettings) {
  const made = await visionFor(t, chosen, { restart: { min: 10, max: 50 } });
  const info = await made.vision.open(never);
  return { ...made, info };
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

/** A network camera whose viewers are counted. */
async function camera(t: TestContext) {
  const frames = await jpegFrames(t, 5);
  const viewers = new EventEmitter();
  let count = 0;
  const origin = await httpServer(t, (_, response) => {
    response.writeHead(200, { "content-type": "multipart/x-mixed-replace; boundary=frame" });
    viewers.emit("change", ++count);
    let index = 0;
    const timer = setInterval(() => {
      const jpeg = frames[index++ % frames.length] as Buffer;
      response.write(`--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`);
      response.write(jpeg);
      response.write("\r\n");
    }, 50);
    response.once("close", () => {
      clearInterval(timer);
      viewers.emit("change", --count);
    });
  });
  return {
    url: `${origin}/video`,
    /** Resolves when it has so many viewers. */
    async untilViewers(wanted: number) {
      while (count !== wanted) await once(viewers, "change");
    },
  };
}

test("a paused camera is closed, and opened again when it is resumed; that is no loss", async (t) => {
  const { url, untilViewers } = await camera(t);
  const { vision, reported, restarts } = await open(t, settings(url, { emit: { kind: "best" } }));
  const reader = new Reader(vision);
  await reader.more(3);
  await vision.pause();
  await untilViewers(0);
  assert.equal(vision.isPaused, true);
  // The visit of the face that stands there has ended.
  await reader.untilFaces(1);
  const { length } = reader.indices;
  const last = reader.indices.at(-1) ?? -1;
  vision.resume();
  await untilViewers(1);
  await reader.more(3);
  assert.ok((reader.indices[length] ?? -1) > last);
  await vision.stop();
  await reader.ended;
  const visits = reader.faces.map(({ visit }) => visit);
  assert.equal(new Set(visits).size, visits.length);
  assert.equal(restarts(), 0);
  assert.equal(reported().filter((line) => line.includes("lost the camera")).length, 0);
});

test("what a camera delivered before it was known that it is paused is discarded", async (t) => {
  const { vision } = await open(t, settings("synthetic:faces=1,fps=30"));
  // It delivers while another one is analyzed to its end.
  await analyze(t, settings("synthetic:faces=1,seconds=1,pace=off"));
  const pausing = vision.pause();
  // Its worker still sends results when they are read.
  const reader = new Reader(vision);
  await pausing;
  await vision.stop();
  await reader.ended;
  assert.deepEqual(reader.batches, []);
});

test("a camera that is paused and at once resumed before anybody reads goes on", async (t) => {
  const { vision, workerPid } = await open(t, settings("synthetic:faces=1,fps=30"));
  const pid = workerPid();
  // It has no credits left when another one is analyzed to its end.
  await analyze(t, settings("synthetic:faces=1,seconds=1,pace=off"));
  const pausing = vision.pause();
  vision.resume();
  await pausing;
  const reader = new Reader(vision);
  await reader.more(10);
  assert.equal(workerPid(), pid);
});

test("a pause while the camera is opened closes it", async (t) => {
  const { vision } = await visionFor(t, settings("synthetic:faces=1"));
  const opening = vision.open(never);
  const pausing = vision.pause();
  await opening;
  await pausing;
  const reader = new Reader(vision);
  vision.resume();
  await reader.more(1);
});

test("a camera that is switched to and fro stays as it was switched last", async (t) => {
  const { url, untilViewers } = await camera(t);
  const { vision, restarts } = await open(t, settings(url));
  const reader = new Reader(vision);
  await reader.more(1);
  for (let times = 0; times < 5; times++) {
    void vision.pause();
    vision.resume();
  }
  await reader.more(3);
  const pausing = vision.pause();
  vision.resume();
  await vision.pause();
  await pausing;
  await untilViewers(0);
  vision.resume();
  await reader.more(3);
  assert.equal(restarts(), 0);
});

test("a paused camera that is lost meanwhile, or was before, is opened when it is resumed", async (t) => {
  const made = await visionFor(t, settings("synthetic:faces=1"), { restart: { min: 10, max: 50 } });
  const { vision } = made;
  vision.keepOpening(new Error("it was away"));
  await vision.pause();
  const reader = new Reader(vision);
  vision.resume();
  await reader.more(1);
  assert.equal(made.reported().filter((line) => line.includes("lost the camera")).length, 1);
});

test("stop ends a paused camera and a paused recording", async (t) => {
  for (const source of ["synthetic", "synthetic:seconds=5,pace=off"]) {
    const { vision } = await open(t, settings(source));
    const reader = new Reader(vision);
    await reader.more(1);
    await vision.pause();
    await vision.stop();
    await reader.ended;
  }
});

test("a recording waits while paused: each frame is analyzed once, and a visit does not go on", async (t) => {
  const chosen = settings("synthetic:faces=1,seconds=4,pace=off,seed=3", { emit: { kind: "best" } });
  const { vision, workerPid } = await open(t, chosen);
  const pid = workerPid();
  const reader = new Reader(vision);
  await reader.more(20);
  await vision.pause();
  await reader.untilFaces(1);
  const [first] = reader.faces;
  assert.ok(reader.indices.length < 120, "it is paused before its end");
  const { length } = reader.batches;
  // Another one is analyzed to its end meanwhile.
  await analyze(t, settings("synthetic:faces=1,seconds=1,pace=off"));
  assert.equal(reader.batches.length, length);
  vision.resume();
  await reader.ended;
  assert.deepEqual(reader.indices, upTo(120));
  assert.ok(reader.faces.slice(1).every(({ visit }) => visit !== first?.visit));
  assert.ok(reader.faces.length >= 2);
  assert.equal(workerPid(), pid);
});

test("a recording that is paused before anybody reads loses no frame", async (t) => {
  const { vision } = await open(t, settings("synthetic:faces=1,seconds=1,pace=off"));
  await vision.pause();
  const reader = new Reader(vision);
  vision.resume();
  await reader.ended;
  assert.deepEqual(reader.indices, upTo(30));
});

test("a paused recording whose worker dies continues with its next frame", async (t) => {
  const { vision, workerPid } = await open(t, settings("synthetic:faces=1,seconds=2,pace=off"));
  const reader = new Reader(vision);
  await reader.more(5);
  await vision.pause();
  process.kill(workerPid(), "SIGKILL");
  vision.resume();
  await reader.ended;
  assert.deepEqual(reader.indices, upTo(60));
});

test("a recording behind a URL is closed while paused, and continued", { skip: withoutFfmpeg }, async (t) => {
  const path = join(await folderOf(t, {}), "video.mp4");
  ffmpeg(["-i", cameraVideo(), "-frames:v", "60", "-c", "copy", path]);
  const origin = await httpServer(t, (request, response) =>
    serveFile(readFileSync(path), request, response, { ranges: true, type: "video/mp4" }),
  );
  const { vision, info, restarts } = await open(t, settings(`${origin}/video.mp4`));
  assert.equal(info.live, false);
  const reader = new Reader(vision);
  await reader.more(5);
  await vision.pause();
  vision.resume();
  await reader.ended;
  assert.deepEqual(reader.indices, upTo(60));
  assert.equal(restarts(), 0);
});
