import assert from "node:assert/strict";
import { test } from "node:test";
import { parsePolygon } from "../../../src/vision/polygon.ts";
import { parseSynthetic } from "../../../src/vision/synthetic-spec.ts";
import { loadOpenCv } from "../../../src/vision/worker/opencv.ts";
import { sceneOf } from "../../../src/vision/worker/synthetic/scene.ts";
import { analyze, settings } from "../harness.ts";

test("masked pixels are black in the crops, and no face is found there", async (t) => {
  const camera = "synthetic:seconds=0.1,pace=off,size=320x240";
  const [face] = sceneOf(parseSynthetic(camera))(0);
  assert.ok(face);
  // The lower half of the frame's right edge, where no face is; the crop is the whole frame.
  const corner = parsePolygon("0.9,0.9 1,0.9 1,1 0.9,1");
  const whole = { margin: 1000, color: true };
  const { frames } = await analyze(t, settings(camera, { masks: [corner], ...whole }), 1);
  const open = await analyze(t, settings(camera, whole), 1);
  const pixels = (analyzed: typeof frames) => {
    const mat = loadOpenCv().imdecode(analyzed[0]?.faces[0]?.picture as Buffer);
    assert.deepEqual([mat.cols, mat.rows], [320, 240]);
    const data = mat.getData();
    // The addon may crash the process at its end when it still has any.
    mat.release();
    return (x: number, y: number) => [...data.subarray((y * 320 + x) * 3, (y * 320 + x) * 3 + 3)];
  };
  const [masked, unmasked] = [pixels(frames), pixels(open.frames)];
  for (const [x, y] of [
    [290, 218],
    [319, 239],
    [300, 230],
  ] as const) {
    assert.deepEqual(masked(x, y), [0, 0, 0]);
    assert.notDeepEqual(unmasked(x, y), [0, 0, 0]);
  }
  for (const [x, y] of [
    [285, 230],
    [300, 214],
    [0, 0],
    [160, 120],
  ] as const)
    assert.deepEqual(masked(x, y), unmasked(x, y));
  const at = (x: number, y: number) =>
    `${(face.x + x * face.width) / 320},${(face.y + y * face.height) / 240}`;
  const over = parsePolygon(`${at(0, 0)} ${at(1, 0)} ${at(1, 1)} ${at(0, 1)}`);
  const hidden = await analyze(t, settings(camera, { masks: [over] }), 1);
  assert.deepEqual(hidden.frames[0]?.faces, []);
});
