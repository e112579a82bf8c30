import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { suite, test } from "node:test";
import { promisify } from "node:util";
import type { Box } from "../../src/face/face.ts";
import { parseSynthetic } from "../../src/vision/synthetic-spec.ts";
import { loadOpenCv } from "../../src/vision/worker/opencv.ts";
import { rendererOf } from "../../src/vision/worker/synthetic/draw.ts";
import { sceneOf } from "../../src/vision/worker/synthetic/scene.ts";
import { useCeph } from "../sinks/s3/fixture.ts";
import { cephMissing } from "../support/ceph.ts";
import { findCommand } from "../support/commands.ts";
import { emptyFolder } from "../support/folder.ts";
import { mosquittoMissing } from "../support/mosquitto.ts";
import { untilStored } from "./objects.ts";
import { assertComplete, expectedFaces, Pipeline } from "./pipeline.ts";

const skip = mosquittoMissing() ?? cephMissing() ?? false;
const camera = "synthetic:faces=2,seconds=5,seed=3";

suite("the pipeline, from a synthetic scene to the bucket", { skip }, () => {
  const s3 = useCeph();

  test("every face that the detector finds is in the bucket, once, pixel by pixel", async (t) => {
    const expected = await expectedFaces(t, `${camera},pace=off`);
    const pipeline = await Pipeline.start(t, s3);
    const store = await pipeline.store();
    const forward = await pipeline.forward();
    const detect = pipeline.detect(camera);
    assert.deepEqual(await detect.ended, { code: 0, signal: null }, detect.stderr);
    assert.match(detect.stderr, new RegExp(`150 frames, ${expected.length} faces`));
    await store.eventTimes("object_written", expected.length);
    for (const role of [forward, store]) assert.deepEqual(await role.stop(), { code: 0, signal: null });
    const stored = await pipeline.stored();
    assertComplete(stored, expected);

    const cv = loadOpenCv();
    const spec = parseSynthetic(camera);
    const [render, scene] = [rendererOf(spec), sceneOf(spec)];
    for (const { facts, payload } of stored) {
      const { box, frame } = facts;
      const pixels = new cv.Mat(render(frame.index), spec.height, spec.width, cv.CV_8UC3);
      const region = new cv.Rect(box.x, box.y, box.width, box.height);
      const gray = pixels.cvtColor(cv.COLOR_BGR2GRAY);
      const view = gray.getRegion(region);
      const cut = view.copy();
      const picture = cv.imdecode(payload, cv.IMREAD_UNCHANGED);
      assert.equal(picture.channels, 1);
      assert.deepEqual([picture.cols, picture.rows], [box.width, box.height]);
      assert.ok(picture.getData().equals(cut.getData()), `face ${facts.seq} has other pixels`);
      // The addon may crash the process at its end when it still has any.
      for (const mat of [picture, cut, view, gray, pixels]) mat.release();
      const best = Math.max(...scene(frame.index).map((truth) => overlap(box, truth)));
      assert.ok(best > 0.4, `face ${facts.seq} is far from every face drawn: ${best}`);
    }
  });

  test("forward and store are killed while detect runs: the bucket is complete", async (t) => {
    const expected = await expectedFaces(t, `${camera},pace=off`);
    const pipeline = await Pipeline.start(t, s3);
    const first = { store: await pipeline.store(), forward: await pipeline.forward() };
    const detect = pipeline.detect(camera);
    await first.store.eventTimes("object_written", 20);
    await first.forward.kill();
    const forward = await pipeline.forward();
    const before = first.store.events("object_written").length;
    await first.store.eventTimes("object_written", before + 20);
    await first.store.kill();
    const store = await pipeline.store();
    assert.deepEqual(await detect.ended, { code: 0, signal: null }, detect.stderr);
    await untilStored(expected.length, first.store, store);
    for (const role of [forward, store]) assert.deepEqual(await role.stop(), { code: 0, signal: null });
    assertComplete(await pipeline.stored(), expected);
  });

  test("`mosquitto_sub -C 1 > face.png` is an image that ffprobe opens", {
    skip: !findCommand("ffprobe") && "needs ffprobe (Debian: ffmpeg)",
  }, async (t) => {
    const pipeline = await Pipeline.start(t, s3);
    const { port } = new URL(pipeline.edge);
    const sub = ["-h", "127.0.0.1", "-p", port, "-t", "faces/#", "-C", "1", "-N"];
    const received = promisify(execFile)("mosquitto_sub", sub, { encoding: "buffer" });
    const detect = pipeline.detect("synthetic:faces=1");
    const file = join(emptyFolder(t), "face.png");
    await writeFile(file, (await received).stdout);
    await detect.stop();
    const what = ["-show_entries", "stream=codec_name,pix_fmt,width,height", "-of", "json"];
    const { stdout } = await promisify(execFile)("ffprobe", ["-v", "error", ...what, file]);
    const [image] = JSON.parse(stdout).streams;
    assert.equal(image.codec_name, "png");
    assert.equal(image.pix_fmt, "gray");
    assert.ok(image.width > 40 && image.width === image.height);
  });
});

/** Intersection over union. */
function overlap(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  const both = Math.max(0, width) * Math.max(0, height);
  return both / (a.width * a.height + b.width * b.height - both);
}
