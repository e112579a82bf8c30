import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { kubectlMissing } from "../deploy/render.ts";
import { useCeph } from "../sinks/s3/fixture.ts";
import { cephMissing } from "../support/ceph.ts";
import { noModel } from "../vision/worker/detectors/yunet-model.ts";
import { deploy } from "./support/deploy.ts";
import { imagesMissing } from "./support/images.ts";
import { outageSeconds } from "./support/stored-faces.ts";
import { usageOf } from "./support/usage.ts";

const skip = kubectlMissing() ?? cephMissing() ?? (await imagesMissing()) ?? false;

suite("the resource usage of the edge", { skip }, () => {
  const s3 = useCeph();

  for (const detector of ["haar", "yunet"])
    test(`with an idle camera all its pods together stay below the memory limit: ${detector}`, async (t) => {
      if (detector === "yunet" && noModel) return t.skip(noModel);
      const cameras = [{ name: "camera-1", camera: "synthetic:faces=0" }];
      const settings = { cameras, "detect.detector": detector };
      const { edge, cloud } = await deploy(t, s3, settings);
      await Promise.all([edge.start(), cloud.start()]);
      // Without faces for some seconds, detect lowers its frame rate.
      await delay(10_000);
      const before = await usageOf(edge.pods);
      await delay(1000 * outageSeconds);
      const after = await usageOf(edge.pods);
      for (const pod of edge.pods) t.diagnostic(`${pod.plan.workload}: ${format(await usageOf([pod]))}`);
      const share = (after.cpu - before.cpu) / outageSeconds;
      t.diagnostic(
        `together: ${format(after)}, ${(100 * share).toFixed(1)} % of a core for ${outageSeconds} s`,
      );
      assert.ok(after.proportional < 300, format(after));
      // The sum counts Node.js's own executable four times; only haar stays below 400 MB.
      assert.ok(after.resident < (detector === "haar" ? 400 : 420), format(after));
    });
});

function format({ resident, proportional }: Awaited<ReturnType<typeof usageOf>>): string {
  return `${resident.toFixed(0)} MB resident, ${proportional.toFixed(0)} MB proportional`;
}
