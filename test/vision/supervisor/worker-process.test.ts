import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { UserError } from "../../../src/base/errors.ts";
import type { Vision } from "../../../src/vision/supervisor/vision.ts";
import { settings, visionFor } from "../harness.ts";

const quick = { restart: { min: 10, max: 50 } };
const never = new AbortController().signal;

test("a live source goes on after its process was killed", async (t) => {
  const { vision, lines, restarts } = await visionFor(t, settings("synthetic"), quick);
  assert.deepEqual(await vision.open(never), { live: true });
  const first = vision.pid ?? 0;
  let last = -1;
  for await (const { frames } of vision.batches()) {
    const index = frames.at(-1)?.index ?? last;
    assert.ok(index > last);
    last = index;
    if (index >= 3 && restarts() === 0) kill(vision);
    if (vision.pid !== first) break;
  }
  assert.equal(restarts(), 1);
  assert.equal(lines.filter((line) => line.includes("lost the camera")).length, 1);
});

test("a live source that hangs is killed and opened again", async (t) => {
  const { vision, lines } = await visionFor(t, settings("synthetic"), { ...quick, stallSeconds: 0.5 });
  await vision.open(never);
  const first = vision.pid ?? 0;
  for await (const _ of vision.batches()) {
    if (vision.pid !== first) break;
    process.kill(first, "SIGSTOP");
  }
  assert.match(lines.join(""), /gave no frame within 0\.5 s/);
});

test("a file goes on where its process was killed, and gives each frame once", async (t) => {
  const { vision, restarts } = await visionFor(t, settings("synthetic:seconds=1,pace=off"), quick);
  await vision.open(never);
  const seen: number[] = [];
  for await (const { frames } of vision.batches()) {
    seen.push(...frames.map(({ index }) => index));
    if (seen.length >= 5 && restarts() === 0) kill(vision);
  }
  assert.deepEqual(
    seen,
    Array.from({ length: 30 }, (_, index) => index),
  );
  assert.equal(restarts(), 1);
});

test("a file whose process dies again and again is an error", async (t) => {
  const { vision, restarts, lines } = await visionFor(t, settings("synthetic:seconds=60"), quick);
  await vision.open(never);
  const hunt = setInterval(() => kill(vision), 1);
  t.after(() => clearInterval(hunt));
  await assert.rejects(
    async () => {
      for await (const _ of vision.batches());
    },
    (error) => error instanceof UserError && /ended unexpectedly: SIGKILL/.test(error.message),
  );
  assert.ok(restarts() >= 3);
  // One reason is told once.
  assert.equal(lines.filter((line) => line.includes("lost the camera")).length, 1);
});

test("a face that was kept for a better one is sent when its process is killed", async (t) => {
  const best = settings("synthetic", { emit: { kind: "best" } });
  const { vision } = await visionFor(t, best, quick);
  await vision.open(never);
  let seen = 0;
  for await (const { frames, faces } of vision.batches()) {
    seen += frames.length;
    if (seen >= 5) kill(vision);
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

test("Ctrl-C at the vision process is for its parent to act on", async (t) => {
  const { vision, restarts } = await visionFor(t, settings("synthetic"));
  await vision.open(never);
  let seen = 0;
  for await (const _ of vision.batches()) {
    if (++seen === 1)
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.kill(vision.pid ?? 0, signal);
    if (seen === 20) break;
  }
  assert.equal(restarts(), 0);
});

test("a slow reader costs a live source frames, not memory", async (t) => {
  const { vision } = await visionFor(t, settings("synthetic:fps=100,faces=0"));
  await vision.open(never);
  const frames = vision.batches();
  const first = await frames.next();
  assert.equal(first.value?.frames[0]?.index, 0);
  // While this one is kept, the process may send 7 more messages; it says that it is alive once a second when it drops.
  const alive = vision.lastAlive;
  while (vision.lastAlive < alive + 2500) await wait(50);
  const indices = first.value?.frames.slice(1).map(({ index }) => index) ?? [];
  let dropped = 0;
  for await (const sight of frames) {
    indices.push(...sight.frames.map(({ index }) => index));
    dropped += sight.dropped;
    // What it held back for want of a reader is far more than a busy machine drops by the way.
    if (dropped > 50) break;
  }
  // Each number is either a frame that was seen or one that was counted as dropped.
  assert.equal(indices.at(-1), indices.length + dropped);
});

test("stop ends the frames, and those already made can still be read", async (t) => {
  const { vision, restarts } = await visionFor(t, settings("synthetic:pace=off"));
  await vision.open(never);
  let seen = 0;
  for await (const _ of vision.batches()) if (++seen === 3) await vision.stop();
  assert.ok(seen >= 3 && seen <= 11, `${seen} frames`);
  assert.equal(restarts(), 0);
});

test("opening can be called off", async (t) => {
  const { vision } = await visionFor(t, settings("synthetic"));
  const calledOff = new AbortController();
  const opening = vision.open(calledOff.signal);
  calledOff.abort(new Error("called off"));
  await assert.rejects(opening, /called off/);
});

test("the vision process ends when its parent dies", async () => {
  const script = fileURLToPath(new URL("./program.ts", import.meta.url));
  const parent = spawn(process.execPath, ["--import", "tsx", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(parent.stdout, "data");
  const child = Number(String(line));
  assert.ok(child > 0 && isAlive(child));
  parent.kill("SIGKILL");
  // A grandchild's end is no event for us; its id tells.
  while (isAlive(child)) await wait(20);
});

/** Kills the vision process, if there is one. */
function kill({ pid }: Vision): void {
  if (pid !== undefined && isAlive(pid)) process.kill(pid, "SIGKILL");
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
