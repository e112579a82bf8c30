import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { kubectlMissing } from "../deploy/render.ts";
import { objectsInBucket } from "../pipeline/objects.ts";
import { useCeph } from "../sinks/s3/fixture.ts";
import { cephMissing } from "../support/ceph.ts";
import { deploy } from "./support/deploy.ts";
import { imagesMissing } from "./support/images.ts";
import { waitForAtMost, waitForIncrease } from "./support/metrics.ts";
import { assertSecretsHidden } from "./support/secrets.ts";
import { assertAllStored, facesFound, outageSeconds } from "./support/stored-faces.ts";

const skip = kubectlMissing() ?? cephMissing() ?? (await imagesMissing()) ?? false;

suite("the overlays of edge and cloud, as pods", { skip }, () => {
  const s3 = useCeph();

  test("every face is in the bucket once, though pods are killed, brokers replaced and the uplink is down", async (t) => {
    const { edge, cloud, bucket, secrets } = await deploy(t, s3, {
      cameras: [{ name: "camera-1", camera: "synthetic:faces=2,fps=10" }],
      "detect.emit": "all",
    });
    await Promise.all([edge.start(), cloud.start()]);
    const stored = (more: number) => waitForIncrease(cloud, "store", "facepipe_stored_total", more);
    const published = (more: number) => waitForIncrease(edge, "detect", "facepipe_published_total", more);
    await stored(20);
    const pods = [...edge.pods, ...cloud.pods];
    await assertSecretsHidden(
      secrets,
      pods.flatMap(({ containers }) => containers),
    );

    await edge.replace(edge.one("forward"), "kill");
    await stored(20);
    for (const store of cloud.of("store")) await cloud.replace(store, "kill");
    await stored(20);
    await edge.replace(edge.one("mosquitto"), "gracefully");
    await published(20);
    await cloud.replace(cloud.one("mosquitto"), "gracefully");
    await stored(20);
    const reconnect = await edge.disconnect("forward");
    await delay(1000 * outageSeconds);
    await published(20);
    await reconnect();
    await stored(20);

    // What detect's spool has when it stops is sent at its next start only.
    await waitForAtMost(edge, "detect", "facepipe_unconfirmed_faces", 20);
    const restarts = [...edge.pods, ...cloud.pods].map((pod) => pod.restarts());
    assert.deepEqual((await Promise.all(restarts)).flat(), []);
    const detect = edge.one("detect");
    await detect.stop("gracefully");
    const found = facesFound(await detect.logs());
    t.diagnostic(`${found} faces found, ${outageSeconds} s without the uplink`);
    await assertAllStored(() => objectsInBucket(s3.admin, bucket), found);
  });
});
