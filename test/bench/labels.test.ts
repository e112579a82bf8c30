import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { findImages, withoutLabels } from "../../bench/accuracy/images.ts";
import { parseLabels } from "../../bench/accuracy/labels.ts";
import { emptyFolder } from "../support/folder.ts";

test("labels are read; 'ignore' is optional", () => {
  const text = '[{"file":"a.jpg","boxes":[[1,2,30,40]]},{"file":"b.jpg","boxes":[],"ignore":[[0,0,5,5]]}]';
  assert.deepEqual(parseLabels(text), [
    { file: "a.jpg", boxes: [{ x: 1, y: 2, width: 30, height: 40 }], ignore: [] },
    { file: "b.jpg", boxes: [], ignore: [{ x: 0, y: 0, width: 5, height: 5 }] },
  ]);
});

test("small labels, and those without an area, are ignored", () => {
  const [labels] = parseLabels('[{"file":"a.jpg","boxes":[[0,0,20,31],[0,0,20,32],[9,9,0,50]]}]', 32);
  assert.deepEqual(labels?.boxes, [{ x: 0, y: 0, width: 20, height: 32 }]);
  assert.equal(labels?.ignore.length, 2);
});

test("invalid labels are refused, naming the entry", () => {
  const faults = {
    "{}": /a list of images/,
    "[]": /a list of images/,
    '[{"boxes":[]}]': /entry 0 .* no "file"/,
    '[{"file":"a.jpg"}]': /"boxes" of a\.jpg must be a list/,
    '[{"file":"a.jpg","boxes":[[1,2,3]]}]': /"boxes" of a\.jpg has \[1,2,3\]/,
    '[{"file":"a.jpg","boxes":[],"ignore":[[1,2,3,-4]]}]': /"ignore" of a\.jpg has/,
    '[{"file":"a.jpg","boxes":[]},{"file":"a.jpg","boxes":[]}]': /a\.jpg is in them twice/,
  };
  for (const [text, fault] of Object.entries(faults)) assert.throws(() => parseLabels(text), fault);
});

test("images are found by the end of their path that exists; the others are reported", async (t) => {
  const folder = emptyFolder(t);
  await mkdir(join(folder, "day"));
  for (const name of ["a.jpg", "day/a.jpg", "day/b.png", "notes.txt"])
    await writeFile(join(folder, name), "");
  const labels = ["set/images/a.jpg", "day/a.jpg"].map((file) => ({ file, boxes: [], ignore: [] }));
  const images = findImages(folder, labels);
  assert.deepEqual(
    images.map(({ path }) => path),
    [join(folder, "a.jpg"), join(folder, "day/a.jpg")],
  );
  assert.deepEqual(withoutLabels(folder, images), ["day/b.png"]);
  const missing = [{ file: "c.jpg", boxes: [], ignore: [] }];
  assert.throws(() => findImages(folder, missing), /c\.jpg, which is not in/);
});
