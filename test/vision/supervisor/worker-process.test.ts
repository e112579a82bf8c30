import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { UserError } from "../../../src/base/errors.ts";
import { never, settings, visionFor } from "../harness.ts";

const quick = { restart: { min: 10, max: 50 } };

test("a live source reconnects after its worker was killed", async (t) => {
  const { vision, reported, restarts, workerPid } = await visionFor(t, settings("synthetic"), quick);
  assert.equal((await vision.open(never)).live, true);
  const first = workerPid();
  let last = -1;
  for await (const { frames } of vision.batches()) {
    const index = frames.at(-1)?.index ?? last;
    assert.ok(index > last);
    last = index;
    if (index >= 3 && restarts() === 0) kill(workerPid());
    if (workerPid() !== first) break;
  }
  assert.equal(restarts(), 1);
  assert.equal(reported().filter((line) => line.includes("lost the camera")).length, 1);
});

test("a worker that hangs is killed, and its live source opened again", async (t) => {
  const { vision, reported, workerPid } = await visionFor(t, settings("synthetic"), {
    ...quick,
    stallSeconds: 0.5,
  });
  await vision.open(never);
  const first = workerPid();
  for await (const _ of vision.batches()) {
    if (workerPid() !== first) break;
    process.kill(first, "SIGSTOP");
  }
  assert.match(reported().join(""), /delivered no frame within 0\.5 s/);
});

test("a file continues where its worker was killed, with each frame once", async (t) => {
  const { vision, restarts, workerPid } = await visionFor(t, settings("synthetic:seconds=1,pace=off"), quick);
  await vision.open(never);
  const indices: number[] = [];
  for await (const { frames } of vision.batches()) {
    indices.push(...frames.map(({ index }) => index));
    if (indices.length >= 5 && restarts() === 0) kill(workerPid());
  }
  assert.deepEqual(
    indices,
    Array.from({ length: 30 }, (_, index) => index),
  );
  assert.equal(restarts(), 1);
});

test("a file whose worker dies again and again is an error", async (t) => {
  const { vision, restarts, reported, workerPid } = await visionFor(
    t,
    settings("synthetic:seconds=60"),
    quick,
  );
  await vision.open(never);
  const killer = setInterval(() => kill(workerPid()), 1);
  t.after(() => clearInterval(killer));
  await assert.rejects(
    async () => {
      for await (const _ of vision.batches());
    },
    (error) => error instanceof UserError && /ended unexpectedly: SIGKILL/.test(error.message),
  );
  assert.ok(restarts() >= 3);
  // The same reason is logged once.
  assert.equal(reported().filter((line) => line.includes("lost the camera")).length, 1);
});

test("the best shot so far is sent when the worker is killed", async (t) => {
  const best = settings("synthetic", { emit: { kind: "best" } });
  const { vision, workerPid } = await visionFor(t, best, quick);
  await vision.open(never);
  let count = 0;
  for await (const { frames, faces } of vision.batches()) {
    count += frames.length;
    if (count >= 5) kill(workerPid());
    if (frames.length > 0) assert.equal(faces.length, 0);
    else {
      assert.deepEqual(
        faces.map(({ visit }) => visit),
        [1],
      );
      break;
    }
  }
});

test("the worker ignores Ctrl-C: the supervisor stops it", async (t) => {
  const { vision, restarts, workerPid } = await visionFor(t, settings("synthetic"));
  await vision.open(never);
  let count = 0;
  for await (const _ of vision.batches()) {
    if (++count === 1) for (const signal of ["SIGINT", "SIGTERM"] as const) process.kill(workerPid(), signal);
    if (count === 20) break;
  }
  assert.equal(restarts(), 0);
});

test("a slow reader costs a live source frames, not memory", async (t) => {
  const { vision } = await visionFor(t, settings("synthetic:fps=100,faces=0"));
  await vision.open(never);
  const frames = vision.batches();
  const first = await frames.next();
  assert.equal(first.value?.frames[0]?.index, 0);
  // While this batch is held, the worker may send 7 more messages; when it drops frames, it sends heartbeats only.
  const alive = vision.lastAlive;
  while (vision.lastAlive < alive + 2500) await wait(50);
  const indices = first.value?.frames.slice(1).map(({ index }) => index) ?? [];
  let dropped = 0;
  for await (const batch of frames) {
    indices.push(...batch.frames.map(({ index }) => index));
    dropped += batch.dropped;
    // For want of a reader far more frames are dropped than on a busy machine.
    if (dropped > 50) break;
  }
  // Each number is either an analyzed frame or one that was counted as dropped.
  assert.equal(indices.at(-1), indices.length + dropped);
});

test("after stop, the batches that were already sent can still be read", async (t) => {
  const { vision, restarts } = await visionFor(t, settings("synthetic:pace=off"));
  await vision.open(never);
  let count = 0;
  for await (const _ of vision.batches()) if (++count === 3) await vision.stop();
  assert.ok(count >= 3 && count <= 11, `${count} batches`);
  assert.equal(restarts(), 0);
});

const noProc = process.platform !== "linux" && "reads /proc";

test("the worker gets OpenCV's options for fast RTSP, unless the user set others", {
  skip: noProc,
}, async (t) => {
  const name = "OPENCV_FFMPEG_CAPTURE_OPTIONS";
  for (const [users, expected] of [
    [{}, "rtsp_flags;prefer_tcp|fpsprobesize;0"],
    [{ [name]: "rtsp_transport;udp" }, "rtsp_transport;udp"],
  ] as const) {
    const environment = { ...process.env, ...users };
    const { vision, workerPid } = await visionFor(t, settings("synthetic"), { environment });
    await vision.open(never);
    const variables = readFileSync(`/proc/${workerPid()}/environ`, "utf8").split("\0");
    assert.ok(variables.includes(`${name}=${expected}`));
    await vision.stop();
  }
});

test("opening can be aborted", async (t) => {
  const { vision } = await visionFor(t, settings("synthetic"));
  const aborting = new AbortController();
  const opening = vision.open(aborting.signal);
  aborting.abort(new Error("aborted"));
  await assert.rejects(opening, /aborted/);
});

test("the worker ends when its supervisor dies", async () => {
  const script = fileURLToPath(new URL("./program.ts", import.meta.url));
  const supervisor = spawn(process.execPath, ["--import", "tsx", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(supervisor.stdout, "data");
  const worker = Number(String(line));
  assert.ok(worker > 0 && isAlive(worker));
  supervisor.kill("SIGKILL");
  // The exit of a process that is not ours is no event: poll its id.
  while (isAlive(worker)) await wait(20);
});

function kill(pid: number): void {
  if (isAlive(pid)) process.kill(pid, "SIGKILL");
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
