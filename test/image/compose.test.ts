import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { freePort } from "../support/ports.ts";
import { Composed, composeMissing } from "./support/compose-project.ts";
import { imagesMissing } from "./support/images.ts";
import { assertUnseen, secretsIn } from "./support/secrets.ts";
import { assertAllStored, cutSeconds, facesFound } from "./support/stored-faces.ts";

const skip = (await imagesMissing()) ?? composeMissing() ?? false;
const services = ["detect", "forward", "store", "edge-log", "cloud-log"];

suite("the Compose files of edge and cloud on one machine", { skip }, () => {
  test("every face is stored once, though roles are killed, brokers restarted and the line is cut", async (t) => {
    const line = await Composed.start(t, {
      CAMERA: "synthetic:faces=2,fps=10",
      CAMERA_NAME: "door",
      CLOUD_PORT: String(await freePort()),
    });
    const more = async (count: number) => {
      const enough = (await line.stored()).size + count;
      while ((await line.stored()).size < enough) await delay(500);
    };
    await more(20);
    for (const service of services) assert.ok(await line.isHealthy(service), service);
    const all = [...services, "edge-broker", "cloud-broker"].map((service) => line.container(service));
    await assertUnseen(await secretsIn(line.secrets), all);

    await line.kill("forward");
    await more(20);
    await line.kill("store");
    await more(20);
    await line.restart("edge-broker");
    await line.restart("cloud-broker");
    await more(20);
    const mend = await line.cut("forward", "wide-area");
    await delay(1000 * cutSeconds);
    await mend();
    await more(20);

    const found = facesFound(await line.stop("detect"));
    t.diagnostic(`${found} faces found, ${cutSeconds} s without a line`);
    await assertAllStored(() => line.stored(), found);
  });
});
