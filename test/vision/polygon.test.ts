import assert from "node:assert/strict";
import { test } from "node:test";
import { contains, parsePolygon } from "../../src/vision/polygon.ts";

test("a polygon is parsed from its corners", () => {
  assert.deepEqual(parsePolygon("0,0 0.5,.25 1,1"), [
    { x: 0, y: 0 },
    { x: 0.5, y: 0.25 },
    { x: 1, y: 1 },
  ]);
  for (const wrong of ["", "0,0 1,1", "0,0 1,1 2,0", "0,0 1,1 a,b", "0,0 1,1 -0.1,0", "0,0;1,1;1,0"])
    assert.throws(() => parsePolygon(wrong), Error, wrong);
});

test("a point is inside or outside, also of a concave polygon", () => {
  const concave = parsePolygon("0,0 1,0 1,1 0.5,0.5 0,1");
  assert.ok(contains(concave, { x: 0.5, y: 0.4 }));
  assert.ok(!contains(concave, { x: 0.5, y: 0.6 }));
  assert.ok(contains(concave, { x: 0.1, y: 0.8 }));
  assert.ok(!contains(concave, { x: 1.1, y: 0.5 }));
});
