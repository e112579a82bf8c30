import assert from "node:assert/strict";
import { test } from "node:test";
import { loadRoles } from "../../src/roles/role-table.ts";
import { readCommandLine } from "../../src/settings/command-line.ts";
import { emptyFolder } from "../support/folder.ts";
import { containersOf, podsOf } from "./pods.ts";
import { kubectlMissing } from "./render.ts";
import { renderAllOverlays } from "./rendered-overlays.ts";
import { below, environmentOf, writeVolumes } from "./settings.ts";

const skip = kubectlMissing();
const rendered = renderAllOverlays();

/** The environment of the image. */
const image = { FACEPIPE_HTTP: "8080" };

test("facepipe accepts the arguments, variables and files of each container", {
  skip,
}, async (t) => {
  const roles = await loadRoles();
  let containers = 0;
  for (const [name, objects] of rendered) {
    for (const pod of podsOf(objects)) {
      for (const container of containersOf(pod).filter((each) => each.image?.includes("/facepipe:"))) {
        const root = emptyFolder(t);
        await writeVolumes(root, container, pod, objects);
        const environment = { ...image, ...below(root, environmentOf(container, pod, objects)) };
        const where = `${name} ${pod.where} ${container.name}`;
        assert.doesNotThrow(() => readCommandLine(roles, container.args ?? [], environment), where);
        containers++;
      }
    }
  }
  assert.ok(containers > 20);
});
