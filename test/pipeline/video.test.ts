import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { useCeph } from "../sinks/s3/fixture.ts";
import { cephMissing } from "../support/ceph.ts";
import { mosquittoMissing } from "../support/mosquitto.ts";
import { cameraVideo, withoutFfmpeg } from "../vision/worker/sources/cameras/video.ts";
import { assertComplete, expectedFaces, Pipeline } from "./pipeline.ts";

const { FACEPIPE_TEST_DATA: data = "../shared/data" } = process.env;
const recording = join(data, "videos", "bench_asl_webcam_640x480_30fps.mp4");
const skip = mosquittoMissing() ?? cephMissing() ?? false;

suite("the pipeline, from a video to the bucket", { skip }, () => {
  const s3 = useCeph();

  for (const [name, video, missing] of [
    ["a synthetic video", cameraVideo, withoutFfmpeg],
    [
      "a webcam's recording",
      () => recording,
      !existsSync(recording) && `needs ${recording} (FACEPIPE_TEST_DATA)`,
    ],
  ] as const)
    test(`the first hundred faces of ${name} arrive, each once`, { skip: missing }, async (t) => {
      const limit = ["--limit", "100"];
      const expected = await expectedFaces(t, video(), ...limit);
      assert.equal(expected.length, 100);
      const pipeline = await Pipeline.start(t, s3);
      const [store, forward] = [await pipeline.store(), await pipeline.forward()];
      const detect = pipeline.detect(video(), ...limit);
      assert.deepEqual(await detect.ended, { code: 0, signal: null }, detect.stderr);
      await store.eventTimes("object_written", 100);
      for (const role of [forward, store]) assert.deepEqual(await role.stop(), { code: 0, signal: null });
      assertComplete(await pipeline.stored(), expected);
    });
});
