import assert from "node:assert/strict";
import { test } from "node:test";
import type { Container, PersistentVolumeClaim } from "kubernetes-types/core/v1.js";
import { numberOf } from "../image/support/quantity.ts";
import { emptyFolder } from "../support/folder.ts";
import { type Pod, podsOf } from "./pods.ts";
import { type KubernetesObject, kubectlMissing } from "./render.ts";
import { renderAllOverlays } from "./rendered-overlays.ts";
import { environmentOf, readContainer } from "./settings.ts";

const skip = kubectlMissing();
const rendered = renderAllOverlays();

interface Detect {
  readonly pod: Pod;
  readonly container: Container;
  readonly objects: readonly KubernetesObject[];
}

/** Every pod that runs detect, in every overlay. */
function detects(): Detect[] {
  return [...rendered.values()].flatMap((objects) =>
    podsOf(objects).flatMap((pod) =>
      pod.spec.containers
        .filter(({ args }) => args?.[0] === "detect")
        .map((container) => ({ pod, container, objects })),
    ),
  );
}

/** The claim whose volume contains the spool. */
function claimOf({ pod, container, objects }: Detect): PersistentVolumeClaim | undefined {
  const environment = environmentOf(container, pod, objects);
  const mount = pod.spec.containers[0]?.volumeMounts?.find(
    ({ mountPath, readOnly }) => !readOnly && environment["FACEPIPE_SPOOL"]?.startsWith(`${mountPath}/`),
  );
  const volume = pod.spec.volumes?.find(({ name }) => name === mount?.name);
  return objects.find(
    ({ kind, metadata }) =>
      kind === "PersistentVolumeClaim" &&
      metadata.namespace === pod.namespace &&
      metadata.name === volume?.persistentVolumeClaim?.claimName,
  ) as PersistentVolumeClaim | undefined;
}

test("the spool of each detect is on a volume that outlives the pod, is writable, and is larger than the spool", {
  skip,
}, async (t) => {
  assert.deepEqual(
    detects().map(({ pod }) => pod.where),
    ["facepipe-edge/detect", "facepipe-edge/detect", "facepipe-edge/detect"],
  );
  for (const detect of detects()) {
    const { pod, container, objects } = detect;
    const claim = claimOf(detect);
    assert.ok(claim, pod.where);
    const disk = numberOf(claim.spec?.resources?.requests?.["storage"] ?? "0");
    const { settings } = await readContainer(emptyFolder(t), container, pod, objects);
    assert.ok(disk >= 1.5 * Number(settings["spoolMax"]), pod.where);
    // Otherwise the volume belongs to root, and detect does not run as root.
    assert.equal(pod.spec.securityContext?.fsGroup, pod.spec.securityContext?.runAsGroup, pod.where);
  }
});

test("two detects never share a spool", { skip }, () => {
  for (const { pod } of detects()) {
    const { replicas, strategy } = pod.owner["spec"] as { replicas: number; strategy: { type: string } };
    assert.deepEqual([replicas, strategy.type], [1, "Recreate"], pod.where);
  }
  const claims = [...rendered.values()].map((objects) =>
    podsOf(objects).flatMap(({ spec }) =>
      (spec.volumes ?? []).flatMap(({ persistentVolumeClaim: claim }) => (claim ? [claim.claimName] : [])),
    ),
  );
  for (const names of claims) assert.equal(new Set(names).size, names.length);
});
