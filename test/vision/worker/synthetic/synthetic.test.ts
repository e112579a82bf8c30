import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import type { Box } from "../../../../src/face/face.ts";
import { parseSynthetic } from "../../../../src/vision/synthetic-spec.ts";
import { rendererOf } from "../../../../src/vision/worker/synthetic/draw.ts";
import { sceneAt, sceneOf } from "../../../../src/vision/worker/synthetic/scene.ts";
import { look, settings } from "../../harness.ts";

const defaults = { faces: 1, width: 640, height: 480, fps: 30, seed: 1, pace: true };

test("the text says what the scene is", () => {
  assert.deepEqual(parseSynthetic("synthetic"), defaults);
  assert.deepEqual(parseSynthetic("synthetic:faces=2,size=320x240,fps=15,seconds=10,seed=7,pace=off"), {
    ...{ faces: 2, width: 320, height: 240, fps: 15 },
    ...{ seconds: 10, seed: 7, pace: false },
  });
});

test("a fault names its key", () => {
  const faults = {
    "synthetic:face=2": /unknown key "face"/,
    "synthetic:toString=2": /unknown key "toString"/,
    "synthetic:faces=two": /faces must be a number/,
    "synthetic:faces": /faces must be a number/,
    "synthetic:seed=1.5": /seed must be a whole number/,
    "synthetic:size=640": /size must look like 640x480/,
    "synthetic:size=1x1": /size must be a number from 64/,
    "synthetic:pace=fast": /pace must be on or off/,
    "synthetic:size=64x64,faces=9": /no room for faces=9/,
  };
  for (const [text, fault] of Object.entries(faults)) assert.throws(() => parseSynthetic(text), fault);
});

/** What these frames were when they were first drawn; another machine must draw the same. */
const pinned = {
  "synthetic|0": "37d97d81ee4fd154",
  "synthetic|299": "10403c8e2b5c875a",
  "synthetic:faces=3,size=800x600,fps=25,seed=9|77": "ba402745d6905922",
  "synthetic:faces=0|5": "dcda6899e559bc49",
};

test("the same text gives the same frames everywhere", () => {
  for (const [frame, hash] of Object.entries(pinned)) {
    const [text = "", index] = frame.split("|");
    const pixels = rendererOf(parseSynthetic(text))(Number(index));
    assert.equal(createHash("sha256").update(pixels).digest("hex").slice(0, 16), hash, frame);
  }
});

test("faces stay in the frame and apart, and move as the seed says", () => {
  for (const text of [
    "synthetic:faces=3,seed=4",
    "synthetic:faces=7,size=1280x720",
    "synthetic:size=64x96",
  ]) {
    const spec = parseSynthetic(text);
    const scene = sceneOf(spec);
    for (let index = 0; index < 500; index++) {
      const boxes = scene(index);
      assert.ok(boxes.every((box) => box.x > 0 && box.x + box.width < spec.width));
      assert.ok(boxes.every((box) => box.y > 0 && box.y + box.height < spec.height));
      for (const [at, box] of boxes.entries())
        for (const other of boxes.slice(at + 1)) assert.equal(overlap(box, other), 0);
    }
  }
  const walk = (seed: number) => sceneAt({ ...defaults, seed }, 100);
  assert.notDeepEqual(walk(1), walk(2));
  assert.notDeepEqual(sceneAt(defaults, 0), sceneAt(defaults, 30));
});

test("the Haar cascade finds the drawn faces where they are, and nothing else", async (t) => {
  for (const text of ["faces=0,seed=5", "faces=1,seed=6", "faces=2,seed=7", "faces=3,seed=8"]) {
    const camera = `synthetic:${text},seconds=2,pace=off`;
    const { info, seen } = await look(t, settings(camera));
    assert.deepEqual(info, { live: false, frames: 60 });
    const scene = sceneOf(parseSynthetic(camera));
    let found = 0;
    for (const { index, faces } of seen) {
      const truth = scene(index);
      for (const { box } of faces) assert.ok(truth.some((real) => overlap(real, box) > 0.6));
      found += faces.length;
    }
    const drawn = 60 * scene(0).length;
    assert.ok(found >= drawn * 0.97 && found <= drawn, `${found} of ${drawn} found: ${camera}`);
  }
});

/** Intersection over union. */
function overlap(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  if (width <= 0 || height <= 0) return 0;
  return (width * height) / (a.width * a.height + b.width * b.height - width * height);
}
