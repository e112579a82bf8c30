import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyFolder } from "../support/folder.ts";
import { type KubernetesObject, kubectlMissing } from "./render.ts";
import { everyOverlay } from "./rendered-overlays.ts";
import { typeFaults } from "./types.ts";

const skip = kubectlMissing();
const every = everyOverlay();

/** Where the versions of Kubernetes that we name have them: 1.20 to 1.33, policy/v1 from 1.21. */
const stable = ["v1", "apps/v1", "networking.k8s.io/v1", "policy/v1", "scheduling.k8s.io/v1"];

test("each object has the fields of its type and no others", { skip }, async (t) => {
  const objects = [...every.values()].flat();
  assert.equal(await typeFaults(emptyFolder(t), objects), "");
});

test("a field that Kubernetes does not know is found, deep inside", { skip }, async (t) => {
  const [objects = []] = [...every.values()];
  const text = JSON.stringify(objects.find(({ kind }) => kind === "Deployment"));
  const wrong: KubernetesObject = JSON.parse(text.replace('"readOnlyRootFilesystem"', '"readOnlyRoot"'));
  assert.match(
    await typeFaults(emptyFolder(t), [wrong]),
    /"readOnlyRoot"' does not exist in type 'SecurityContext'/,
  );
});

test("all kinds are of versions that Kubernetes 1.20 to 1.33 have", { skip }, async () => {
  const objects = [...every.values()].flat();
  const others = objects.filter(({ apiVersion }) => !stable.includes(apiVersion));
  assert.deepEqual(
    others.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`),
    ["keda.sh/v1alpha1 ScaledObject"],
  );
});
