import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { FaceFacts } from "../../src/face/face.ts";
import { decodeMessage } from "../../src/face/message.ts";
import { kubectlMissing } from "../deploy/render.ts";
import { objectsInBucket } from "../line/objects.ts";
import { useCeph } from "../sinks/s3-fixture.ts";
import { cephMissing } from "../support/ceph.ts";
import { type Deployed, deploy } from "./support/deployed.ts";
import { imagesMissing } from "./support/images.ts";
import { countsOn } from "./support/metrics.ts";

const skip = kubectlMissing() ?? cephMissing() ?? (await imagesMissing()) ?? false;
const { FACEPIPE_TEST_LONG } = process.env;
const cutSeconds = FACEPIPE_TEST_LONG ? 60 : 10;

suite("the overlays of edge and cloud, as pods", { skip }, () => {
  const s3 = useCeph();

  test("every face is in the bucket once, though pods are killed, brokers moved and the line is cut", async (t) => {
    const line = await deploy(t, s3, "synthetic:faces=2,fps=10");
    const { edge, cloud } = line;
    await Promise.all([edge.start(), cloud.start()]);
    const stored = (more: number) => countsOn(cloud, "store", "facepipe_stored_total", more);
    const published = (more: number) => countsOn(edge, "detect", "facepipe_published_total", more);
    await stored(20);

    await edge.replace(edge.one("forward"), "kill");
    await stored(20);
    for (const store of cloud.of("store")) await cloud.replace(store, "kill");
    await stored(20);
    await edge.replace(edge.one("mosquitto"), "gracefully");
    await published(20);
    await cloud.replace(cloud.one("mosquitto"), "gracefully");
    await stored(20);
    const mend = await edge.cut("forward");
    await delay(1000 * cutSeconds);
    await published(20);
    await mend();
    await stored(20);

    const restarts = [...edge.pods, ...cloud.pods].map((pod) => pod.restarts());
    assert.deepEqual((await Promise.all(restarts)).flat(), []);
    const detect = edge.one("detect");
    await detect.stop("gracefully");
    const logs = await detect.logs();
    const found = Number(logs.match(/ frames, (\d+) faces/)?.[1]);
    assert.ok(found > 0, logs);
    t.diagnostic(`${found} faces found, ${cutSeconds} s without a line`);
    const numbers = (await storedFaces(line, found)).map(({ seq }) => seq);
    assert.deepEqual(
      numbers,
      Array.from({ length: found }, (_, at) => at + 1),
      logs,
    );
  });

  /** The faces in the bucket by their numbers, when there are `count`, or after a minute as many as there are. */
  async function storedFaces({ bucket }: Deployed, count: number): Promise<FaceFacts[]> {
    const deadline = Date.now() + 60_000;
    let objects = await objectsInBucket(s3.admin, bucket);
    while (objects.size < count && Date.now() < deadline) {
      await delay(500);
      objects = await objectsInBucket(s3.admin, bucket);
    }
    const faces = [...objects].map(([key, payload]) => {
      const decoded = decodeMessage(payload);
      assert.ok(decoded.kind === "face", `${key} is ${decoded.kind}`);
      return decoded.facts;
    });
    assert.equal(new Set(faces.map(({ epoch }) => epoch)).size, 1);
    return faces.sort((a, b) => a.seq - b.seq);
  }
});
