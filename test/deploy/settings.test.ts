import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyFolder } from "../support/folder.ts";
import { containersOf, podsOf } from "./pods.ts";
import { kubectlMissing } from "./render.ts";
import { renderAllOverlays } from "./rendered-overlays.ts";
import { readContainer } from "./settings.ts";

const skip = kubectlMissing();
const rendered = renderAllOverlays();

test("facepipe accepts the arguments, variables and files of each container", {
  skip,
}, async (t) => {
  let containers = 0;
  for (const [name, objects] of rendered) {
    for (const pod of podsOf(objects)) {
      for (const container of containersOf(pod).filter((each) => each.image?.includes("/facepipe:"))) {
        const where = `${name} ${pod.where} ${container.name}`;
        await assert.doesNotReject(readContainer(emptyFolder(t), container, pod, objects), where);
        containers++;
      }
    }
  }
  assert.ok(containers > 25);
});

test("each role of the edge reads facepipe.yaml, and no variable overrides it", { skip }, async (t) => {
  const keys = {
    detect: ["cameras", "emit", "log-level", "spool-max"],
    forward: ["log-level", "to", "to-client-id"],
    log: ["log-level"],
  };
  for (const [name, objects] of [...rendered].filter(([name]) => name.startsWith("edge"))) {
    for (const [workload, expected] of Object.entries(keys)) {
      const where = `${name} ${workload}`;
      const pod = podsOf(objects).find(({ owner }) => owner.metadata.name === workload);
      const [container] = pod?.spec.containers ?? [];
      assert.ok(pod && container, where);
      const { holding, overridden } = await readContainer(emptyFolder(t), container, pod, objects);
      assert.deepEqual([holding, overridden], [expected, []], where);
    }
  }
});
