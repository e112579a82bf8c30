import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { readJpegSize } from "../../../src/face/jpeg.ts";
import { readPngSize } from "../../../src/face/png.ts";
import { up } from "../../../src/roles/up/up.ts";
import { facepipe, startFacepipe } from "../../support/facepipe.ts";
import { emptyFolder } from "../../support/folder.ts";
import { untilMetrics } from "../../support/metrics.ts";
import { analyze, settings } from "../../vision/harness.ts";

const camera = "synthetic:faces=2,seconds=3,seed=3,pace=off";
const detect = (...args: readonly string[]) => [
  ...["detect", "--detector", "haar", "--dry-run", "--every-frame"],
  ...["--camera", camera, ...args],
];

interface Line {
  readonly frame: number;
  readonly visit: string;
  readonly quality: number;
}

async function facesOf(t: TestContext, ...args: readonly string[]) {
  const { code, stdout, stderr } = await facepipe(t, detect(...args));
  const lines = stdout.split("\n").slice(0, -1);
  const faces = lines.map((line): Line => JSON.parse(line));
  const [, low = "0"] = /, (\d+) faces below --min-quality/.exec(stderr) ?? [];
  return { code, faces, low: Number(low) };
}

test("--min-quality: the faces below are counted, those at or above it are sent as without it", async (t) => {
  const key = ({ frame, visit, quality }: Line) => `${frame} ${visit} ${quality}`;
  const all = await facesOf(t);
  assert.deepEqual([all.code, all.low], [0, 0]);
  const sorted = all.faces.map(({ quality }) => quality).sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const some = await facesOf(t, "--min-quality", String(median));
  const expected = all.faces.filter(({ quality }) => quality >= median);
  assert.ok(expected.length > 0 && expected.length < all.faces.length);
  assert.deepEqual(some.faces.map(key), expected.map(key));
  assert.deepEqual([some.code, some.low], [0, all.faces.length - expected.length]);
  for (const emit of ["best", "every:1"]) {
    const sent = await facesOf(t, "--emit", emit);
    const none = await facesOf(t, "--emit", emit, "--min-quality", "1");
    assert.ok(sent.faces.length >= 2, emit);
    assert.deepEqual([none.code, none.faces, none.low], [0, [], sent.faces.length], emit);
  }
});

test("faces below --min-quality are a metric of their own", async (t) => {
  const args = ["--camera", "synthetic", "--detector", "haar", "--every-frame", "--dry-run"];
  const more = ["--min-quality", "1", "--http", "127.0.0.1:0"];
  const program = startFacepipe(t, ["detect", ...args, ...more]);
  await untilMetrics(await program.httpUrl(), /^facepipe_dropped_total\{reason="quality"\} [1-9]/m);
  await program.stop();
  assert.equal(program.stdout, "");
});

test("--align with Haar, chosen or because the model is missing, says what to do; settings without effect are named", async (t) => {
  const refused = await facepipe(t, detect("--align"));
  assert.equal(refused.code, 3);
  assert.match(refused.stderr, /--align needs landmarks.* use --detector yunet/);
  const env = { XDG_CACHE_HOME: emptyFolder(t), HOME: emptyFolder(t) };
  const missing = await facepipe(t, ["detect", "--dry-run", "--camera", camera, "--align"], { env });
  assert.equal(missing.code, 1, missing.stderr);
  assert.match(missing.stderr, /MODEL_MISSING.*--detector yunet.* downloads the model/);
  const ignored = await facepipe(t, detect("--jpeg-quality", "50", "--limit", "1"));
  assert.equal(ignored.code, 0);
  assert.match(ignored.stderr, /setting_ignored.*--jpeg-quality has no effect/);
  const used = await facepipe(t, detect("--jpeg-quality", "50", "--format", "jpeg", "--limit", "1"));
  assert.doesNotMatch(used.stderr, /setting_ignored/);
});

test("crop is the part of the frame that the picture shows; a lower JPEG quality makes smaller pictures", async (t) => {
  const facesOf = async (more: Parameters<typeof settings>[1]) =>
    (await analyze(t, settings(camera, more))).frames.flatMap(({ faces }) => faces);
  for (const margin of [0, 30, 200]) {
    const faces = await facesOf({ margin });
    assert.ok(faces.length > 100);
    for (const { box, crop, picture, frame, aligned } of faces) {
      assert.deepEqual(readPngSize(picture), { width: crop.width, height: crop.height });
      assert.equal(aligned, undefined);
      if (margin === 0) assert.deepEqual(crop, box);
      assert.ok(crop.x >= 0 && crop.y >= 0 && crop.x <= box.x && crop.y <= box.y);
      assert.ok(crop.x + crop.width <= frame.width && crop.y + crop.height <= frame.height);
    }
  }
  const sizes: number[] = [];
  for (const jpegQuality of [1, 50, 95, 100]) {
    const faces = await facesOf({ format: "jpeg", jpegQuality });
    for (const { picture, box } of faces)
      assert.deepEqual(readJpegSize(picture), { width: box.width, height: box.height });
    sizes.push(faces.reduce((sum, { picture }) => sum + picture.length, 0));
  }
  assert.deepEqual(
    sizes,
    [...sizes].sort((a, b) => a - b),
  );
  assert.equal(new Set(sizes).size, sizes.length);
});

test("up sends at most one face a second of each visit, unless --emit says otherwise", () => {
  const { parse, fallback = "" } = up.options.emit;
  assert.deepEqual(parse(fallback), { kind: "every", seconds: 1 });
});
