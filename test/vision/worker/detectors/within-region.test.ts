import assert from "node:assert/strict";
import { test } from "node:test";
import type { Box } from "../../../../src/face/face.ts";
import { contains, parsePolygon } from "../../../../src/vision/polygon.ts";
import { analyze, settings } from "../../harness.ts";

test("only faces whose center is in a zone are reported, with boxes in frame coordinates", async (t) => {
  const camera = "synthetic:faces=2,seconds=0.2,pace=off";
  const all = await analyze(t, settings(camera));
  const center = ({ x, y, width, height }: Box) => ({
    x: (x + width / 2) / 640,
    y: (y + height / 2) / 480,
  });
  let counted = 0;
  for (const zone of ["0,0 0.5,0 0.5,1 0,1", "0.5,0 1,0 1,1 0.5,1", "0,0.2 1,0.2 1,1 0,1"]) {
    const polygon = parsePolygon(zone);
    const { frames } = await analyze(t, settings(camera, { zones: [polygon] }));
    for (const { index, faces } of frames) {
      const wanted = all.frames[index]?.faces.filter(({ box }) => contains(polygon, center(box))) ?? [];
      counted += wanted.length;
      assert.equal(faces.length, wanted.length, `${zone}, frame ${index}`);
      for (const [nth, { box }] of faces.entries()) {
        const truth = wanted[nth]?.box;
        assert.ok(Math.abs(box.x - (truth?.x ?? 0)) < 20 && Math.abs(box.y - (truth?.y ?? 0)) < 20);
      }
    }
  }
  assert.ok(counted > 6, `${counted} faces in the zones`);
});
