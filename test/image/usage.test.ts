import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { kubectlMissing } from "../deploy/render.ts";
import { useCeph } from "../sinks/s3/fixture.ts";
import { cephMissing } from "../support/ceph.ts";
import { noModel } from "../vision/worker/detectors/yunet-model.ts";
import { deploy } from "./support/deploy.ts";
import { imagesMissing } from "./support/images.ts";
import { cutSeconds } from "./support/stored-faces.ts";
import { usageOf } from "./support/usage.ts";

const skip = kubectlMissing() ?? cephMissing() ?? (await imagesMissing()) ?? false;

suite("what the edge takes of its machine", { skip }, () => {
  const s3 = useCeph();

  for (const detector of ["haar", "yunet"])
    test(`before an idle camera all its pods together keep to their memory: ${detector}`, async (t) => {
      if (detector === "yunet" && noModel) return t.skip(noModel);
      const settings = { FACEPIPE_CAMERA: "synthetic:faces=0", FACEPIPE_DETECTOR: detector };
      const { edge, cloud } = await deploy(t, s3, settings);
      await Promise.all([edge.start(), cloud.start()]);
      // Nobody in sight for a while: then detect looks less often.
      await delay(10_000);
      const before = await usageOf(edge.pods);
      await delay(1000 * cutSeconds);
      const after = await usageOf(edge.pods);
      for (const pod of edge.pods) t.diagnostic(`${pod.plan.workload}: ${inWords(await usageOf([pod]))}`);
      const share = (after.cpu - before.cpu) / cutSeconds;
      t.diagnostic(
        `together: ${inWords(after)}, ${(100 * share).toFixed(1)} % of a core for ${cutSeconds} s`,
      );
      assert.ok(after.proportional < 300, inWords(after));
      // As a sum, which has Node.js's own file four times, it holds with haar alone.
      assert.ok(after.resident < (detector === "haar" ? 400 : 420), inWords(after));
    });
});

function inWords({ resident, proportional }: Awaited<ReturnType<typeof usageOf>>): string {
  return `${resident.toFixed(0)} MB resident, ${proportional.toFixed(0)} MB proportional`;
}
