import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { freePort } from "../support/ports.ts";
import { ComposeProject, composeMissing } from "./support/compose-project.ts";
import { imagesMissing } from "./support/images.ts";
import { assertSecretsHidden, secretsIn } from "./support/secrets.ts";
import { assertAllStored, facesFound, outageSeconds, untilCurrent } from "./support/stored-faces.ts";

const skip = (await imagesMissing()) ?? composeMissing() ?? false;
const services = ["detect", "forward", "store", "edge-log", "cloud-log"];

suite("the Compose files of edge and cloud on one machine", { skip }, () => {
  test("every face is stored once, though roles are killed, brokers restarted and the uplink is down", async (t) => {
    const cameras = [{ name: "entrance", camera: "synthetic:faces=2,fps=10" }];
    const project = await ComposeProject.start(t, {
      values: { CLOUD_PORT: String(await freePort()) },
      settings: { cameras, "detect.emit": "all" },
    });
    const storeMore = async (count: number) => {
      const enough = (await project.stored()).size + count;
      while ((await project.stored()).size < enough) await delay(500);
    };
    await storeMore(20);
    for (const service of services) assert.ok(await project.isHealthy(service), service);
    const all = [...services, "edge-broker", "cloud-broker"].map((service) => project.container(service));
    await assertSecretsHidden(await secretsIn(project.secrets), all);

    await project.kill("forward");
    await storeMore(20);
    await project.kill("store");
    await storeMore(20);
    await project.restart("edge-broker");
    await project.restart("cloud-broker");
    await storeMore(20);
    const reconnect = await project.disconnect("forward", "wide-area");
    await delay(1000 * outageSeconds);
    await reconnect();
    await storeMore(20);
    await untilCurrent(() => project.stored());

    const found = facesFound(await project.stop("detect"));
    t.diagnostic(`${found} faces found, ${outageSeconds} s without the uplink`);
    await assertAllStored(() => project.stored(), found);
  });
});
