import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyFolder } from "../support/folder.ts";
import { type KubernetesObject, kubectlMissing } from "./render.ts";
import { renderAllOverlays } from "./rendered-overlays.ts";
import { typeFaults } from "./types.ts";

const skip = kubectlMissing();
const rendered = renderAllOverlays();

/** API versions of Kubernetes 1.20 to 1.33; policy/v1 since 1.21. */
const stable = ["v1", "apps/v1", "networking.k8s.io/v1", "policy/v1", "scheduling.k8s.io/v1"];

test("each object has only fields of its type", { skip }, async (t) => {
  const objects = [...rendered.values()].flat();
  assert.equal(await typeFaults(emptyFolder(t), objects), "");
});

test("an unknown nested field is found", { skip }, async (t) => {
  const [objects = []] = [...rendered.values()];
  const text = JSON.stringify(objects.find(({ kind }) => kind === "Deployment"));
  const wrong: KubernetesObject = JSON.parse(text.replace('"readOnlyRootFilesystem"', '"readOnlyRoot"'));
  assert.match(
    await typeFaults(emptyFolder(t), [wrong]),
    /"readOnlyRoot"' does not exist in type 'SecurityContext'/,
  );
});

test("all kinds are in API versions of Kubernetes 1.20 to 1.33", { skip }, async () => {
  const objects = [...rendered.values()].flat();
  const others = objects.filter(({ apiVersion }) => !stable.includes(apiVersion));
  assert.deepEqual(
    others.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`),
    ["keda.sh/v1alpha1 ScaledObject"],
  );
});
