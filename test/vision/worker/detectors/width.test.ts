import assert from "node:assert/strict";
import { test } from "node:test";
import { createDetector } from "../../../../src/vision/worker/detectors/create-detector.ts";
import { smallFaceWarning } from "../../../../src/vision/worker/detectors/small-faces.ts";
import { searchWidths } from "../../../../src/vision/worker/detectors/yunet/width.ts";
import { loadOpenCv } from "../../../../src/vision/worker/opencv.ts";
import { analyze, folderOf, ppm, settings } from "../../harness.ts";
import { modelPath, noModel } from "./yunet-model.ts";

/** Without --detect-width. */
const automatic = { name: "yunet", model: modelPath ?? "" } as const;

test("images are searched as finely as the smallest face asks, within a bound; videos at one width", () => {
  const photo = { width: 4000, height: 3000 };
  const usual = { minFace: 24, stills: true };
  assert.deepEqual(searchWidths(photo, usual), [2334, 320]);
  assert.deepEqual(searchWidths(photo, { ...usual, minFace: 175 }), [320]);
  assert.deepEqual(searchWidths({ width: 300, height: 200 }, usual), [320]);
  const [bounded = 0] = searchWidths({ width: 3000, height: 4000 }, { ...usual, minFace: 1 });
  assert.ok(bounded ** 2 * (4 / 3) <= 5e6, String(bounded));
  assert.deepEqual(searchWidths(photo, { ...usual, width: 640 }), [640]);
  assert.deepEqual(searchWidths(photo, { ...usual, stills: false }), [320]);
});

test("a face of 65 pixels is found in an image of 4000x3000", { skip: noModel }, async (t) => {
  // A frame of 320x240 pixels with a face in it, in the middle of an empty picture.
  const small = ppm("synthetic:size=320x240");
  const [width, height] = [4000, 3000];
  const canvas = Buffer.alloc(width * height * 3, 120);
  const pixels = small.subarray(small.length - 320 * 240 * 3);
  for (let row = 0; row < 240; row++)
    pixels.copy(canvas, ((1400 + row) * width + 1800) * 3, row * 320 * 3, (row + 1) * 320 * 3);
  const large = Buffer.concat([Buffer.from(`P6 ${width} ${height} 255\n`), canvas]);
  const folder = await folderOf(t, { "large.ppm": large });
  const { frames } = await analyze(t, settings(`${folder}/large.ppm`, { detector: automatic }));
  const [face] = frames.flatMap(({ faces }) => faces);
  assert.ok(
    face && face.box.width < 110 && face.box.x > 1750 && face.box.x < 2150,
    JSON.stringify(face?.box),
  );
});

test("who sets a width or a smallest face is told what is not found; a default only if much is", {
  skip: noModel,
}, async () => {
  const warning = async (more: Parameters<typeof settings>[1], frame: { width: number; height: number }) => {
    const chosen = settings("", { detector: automatic, ...more });
    return smallFaceWarning(await createDetector(loadOpenCv(), chosen), chosen, frame);
  };
  const [vga, fullHd] = [
    { width: 640, height: 480 },
    { width: 1920, height: 1080 },
  ];
  assert.equal(await warning({}, vga), undefined);
  assert.match(
    (await warning({}, fullHd)) ?? "",
    /1920x1080, faces smaller than about 84 .*--detect-width 1120 /,
  );
  assert.equal(await warning({ minFace: 84 }, fullHd), undefined);
  assert.match((await warning({ detector: { ...automatic, width: 640 } }, fullHd)) ?? "", /about 42 pixels/);
  assert.match((await warning({ minFace: 12 }, vga)) ?? "", /--detect-width 768 .*--min-face 28/);
  const zones = [
    [
      { x: 0, y: 0 },
      { x: 0.2, y: 0 },
      { x: 0.2, y: 1 },
      { x: 0, y: 1 },
    ],
  ];
  assert.equal(await warning({ zones }, fullHd), undefined);
  assert.equal(await warning({ detector: { name: "haar" } }, fullHd), undefined);
});
