import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { parseSynthetic } from "../../../../src/vision/synthetic-spec.ts";
import { intersectionOverUnion } from "../../../../src/vision/worker/iou.ts";
import { rendererOf } from "../../../../src/vision/worker/synthetic/draw.ts";
import { sceneOf } from "../../../../src/vision/worker/synthetic/scene.ts";
import { analyze, settings } from "../../harness.ts";

const defaults = { faces: 1, width: 640, height: 480, fps: 30, seed: 1, pace: true };

test("a scene is parsed from its text", () => {
  assert.deepEqual(parseSynthetic("synthetic"), defaults);
  assert.deepEqual(parseSynthetic("synthetic:faces=2,size=320x240,fps=15,seconds=10,seed=7,pace=off"), {
    faces: 2,
    width: 320,
    height: 240,
    fps: 15,
    seconds: 10,
    seed: 7,
    pace: false,
  });
});

test("an error names its key", () => {
  const errors = {
    "synthetic:face=2": /unknown key "face"/,
    "synthetic:toString=2": /unknown key "toString"/,
    "synthetic:faces=two": /faces must be a number/,
    "synthetic:faces": /faces must be a number/,
    "synthetic:seed=1.5": /seed must be a whole number/,
    "synthetic:size=640": /size must have the form 640x480/,
    "synthetic:size=1x1": /size must be a number from 64/,
    "synthetic:pace=fast": /pace must be on or off/,
    "synthetic:size=64x64,faces=9": /no room for faces=9/,
  };
  for (const [text, error] of Object.entries(errors)) assert.throws(() => parseSynthetic(text), error);
});

/** Hashes of frames when they were first drawn; every machine must draw the same. */
const pinned = {
  "synthetic|0": "37d97d81ee4fd154",
  "synthetic|299": "10403c8e2b5c875a",
  "synthetic:faces=3,size=800x600,fps=25,seed=9|77": "ba402745d6905922",
  "synthetic:faces=0|5": "dcda6899e559bc49",
};

test("the same text makes the same frames on every machine", () => {
  for (const [frame, hash] of Object.entries(pinned)) {
    const [text = "", index] = frame.split("|");
    const pixels = rendererOf(parseSynthetic(text))(Number(index));
    assert.equal(createHash("sha256").update(pixels).digest("hex").slice(0, 16), hash, frame);
  }
});

test("faces stay within the frame and apart, and the seed decides how they move", () => {
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
        for (const other of boxes.slice(at + 1)) assert.equal(intersectionOverUnion(box, other), 0);
    }
  }
  const walk = (seed: number) => sceneOf({ ...defaults, seed })(100);
  assert.notDeepEqual(walk(1), walk(2));
  assert.notDeepEqual(sceneOf(defaults)(0), sceneOf(defaults)(30));
});

test("the Haar cascade finds the drawn faces and nothing else", async (t) => {
  for (const text of ["faces=0,seed=5", "faces=1,seed=6", "faces=2,seed=7", "faces=3,seed=8"]) {
    const camera = `synthetic:${text},seconds=2,pace=off`;
    const { info, frames } = await analyze(t, settings(camera));
    assert.deepEqual(info, { live: false, frames: 60 });
    const scene = sceneOf(parseSynthetic(camera));
    let found = 0;
    for (const { index, faces } of frames) {
      const truth = scene(index);
      for (const { box } of faces) assert.ok(truth.some((real) => intersectionOverUnion(real, box) > 0.6));
      found += faces.length;
    }
    const drawn = 60 * scene(0).length;
    assert.ok(found >= drawn * 0.97 && found <= drawn, `${found} of ${drawn} found: ${camera}`);
  }
});
