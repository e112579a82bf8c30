import assert from "node:assert/strict";
import { test } from "node:test";
import { contains, parsePolygon } from "../../../src/vision/polygon.ts";
import { parseSynthetic } from "../../../src/vision/synthetic-spec.ts";
import { createDetector } from "../../../src/vision/worker/detectors/create-detector.ts";
import { intersectionOverUnion } from "../../../src/vision/worker/iou.ts";
import { loadOpenCv } from "../../../src/vision/worker/opencv.ts";
import { rendererOf } from "../../../src/vision/worker/synthetic/draw.ts";
import { sceneOf } from "../../../src/vision/worker/synthetic/scene.ts";
import { isWithinWindow, searchWindow } from "../../../src/vision/worker/visits/search-window.ts";
import { look, settings } from "../harness.ts";
import { noModel, yunet } from "./detectors/yunet-model.ts";

test("a polygon is read from its corners", () => {
  assert.deepEqual(parsePolygon("0,0 0.5,.25 1,1"), [
    { x: 0, y: 0 },
    { x: 0.5, y: 0.25 },
    { x: 1, y: 1 },
  ]);
  for (const wrong of ["", "0,0 1,1", "0,0 1,1 2,0", "0,0 1,1 a,b", "0,0 1,1 -0.1,0", "0,0;1,1;1,0"])
    assert.throws(() => parsePolygon(wrong), Error, wrong);
});

test("a point is inside or not, also in a polygon with a dent", () => {
  const dented = parsePolygon("0,0 1,0 1,1 0.5,0.5 0,1");
  assert.ok(contains(dented, { x: 0.5, y: 0.4 }));
  assert.ok(!contains(dented, { x: 0.5, y: 0.6 }));
  assert.ok(contains(dented, { x: 0.1, y: 0.8 }));
  assert.ok(!contains(dented, { x: 1.1, y: 0.5 }));
});

test("masked pixels are black in what is sent, and no face is found there", async (t) => {
  const camera = "synthetic:seconds=0.1,pace=off,size=320x240";
  const [face] = sceneOf(parseSynthetic(camera))(0);
  assert.ok(face);
  // The lower half of the frame's right edge, where no face is; the picture takes in the whole frame.
  const corner = parsePolygon("0.9,0.9 1,0.9 1,1 0.9,1");
  const whole = { margin: 1000, color: true };
  const { seen } = await look(t, settings(camera, { masks: [corner], ...whole }), 1);
  const open = await look(t, settings(camera, whole), 1);
  const pixels = (frames: typeof seen) => {
    const mat = loadOpenCv().imdecode(frames[0]?.faces[0]?.picture as Buffer);
    assert.deepEqual([mat.cols, mat.rows], [320, 240]);
    return (x: number, y: number) => [...mat.getData().subarray((y * 320 + x) * 3, (y * 320 + x) * 3 + 3)];
  };
  const [masked, unmasked] = [pixels(seen), pixels(open.seen)];
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
  const hidden = await look(t, settings(camera, { masks: [over] }), 1);
  assert.deepEqual(hidden.seen[0]?.faces, []);
});

test("only faces whose centre is in the region count; their boxes are the frame's", async (t) => {
  const camera = "synthetic:faces=2,seconds=0.2,pace=off";
  const all = await look(t, settings(camera));
  const centre = ({ x, y, width, height }: { x: number; y: number; width: number; height: number }) => ({
    x: (x + width / 2) / 640,
    y: (y + height / 2) / 480,
  });
  let counted = 0;
  for (const region of ["0,0 0.5,0 0.5,1 0,1", "0.5,0 1,0 1,1 0.5,1", "0,0.2 1,0.2 1,1 0,1"]) {
    const only = parsePolygon(region);
    const { seen } = await look(t, settings(camera, { zones: [only] }));
    for (const { index, faces } of seen) {
      const wanted = all.seen[index]?.faces.filter(({ box }) => contains(only, centre(box))) ?? [];
      counted += wanted.length;
      assert.equal(faces.length, wanted.length, `${region}, frame ${index}`);
      for (const [nth, { box }] of faces.entries()) {
        const truth = wanted[nth]?.box;
        assert.ok(Math.abs(box.x - (truth?.x ?? 0)) < 20 && Math.abs(box.y - (truth?.y ?? 0)) < 20);
      }
    }
  }
  assert.ok(counted > 6, `${counted} faces in the regions`);
});

test("a glance takes in the faces with what is around them, within the frame, or is not worth it", () => {
  const frame = { cols: 640, rows: 480 };
  assert.equal(searchWindow([], frame), undefined);
  const face = { x: 300, y: 200, width: 60, height: 80 };
  const part = searchWindow([face], frame);
  assert.ok(part && part.x < 270 && part.y < 170 && part.x + part.width > 390 && part.y + part.height > 310);
  assert.ok(part.width % 64 === 0 && part.height % 64 === 0);
  const corner = searchWindow([{ ...face, x: 600, y: 0 }], frame);
  assert.ok(corner && corner.y === 0 && corner.x + corner.width === 640);
  assert.equal(
    searchWindow([face, { ...face, x: 10, y: 10 }, { ...face, x: 560, y: 380 }], frame),
    undefined,
  );
});

test("what is found in a part of the frame is what is found in the whole", { skip: noModel }, async () => {
  const cv = loadOpenCv();
  const spec = parseSynthetic("synthetic:faces=2,seed=4");
  const mat = new cv.Mat(Buffer.from(rendererOf(spec)(0)), spec.height, spec.width, cv.CV_8UC3);
  for (const detector of [{ name: "haar" } as const, yunet]) {
    const { detect } = await createDetector(cv, settings("", { detector }));
    const whole = await detect(mat);
    assert.equal(whole.length, 2);
    for (const { box, landmarks } of whole) {
      const part = searchWindow([box], mat);
      assert.ok(part);
      const all = await detect(mat, part);
      const found = all.find((each) => intersectionOverUnion(each.box, box) > 0);
      assert.ok(found && isWithinWindow(found.box, part, mat));
      // The cascade's windows go in large steps, and begin at the part's corner.
      assert.ok(intersectionOverUnion(found.box, box) > (detector.name === "haar" ? 0.6 : 0.85));
      if (landmarks)
        assert.ok(Math.abs((found.landmarks?.nose.x ?? 0) - landmarks.nose.x) < 0.08 * box.width);
    }
  }
});
