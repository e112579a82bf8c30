import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyFolder } from "../support/folder.ts";
import { containersOf, type Pod, podsOf, valuesOf } from "./pods.ts";
import { filledManifests, type KubernetesObject, kubectlMissing, renderOverlay } from "./render.ts";
import { renderAllOverlays } from "./rendered-overlays.ts";
import { readContainer } from "./settings.ts";

const skip = kubectlMissing();
const rendered = renderAllOverlays();

/** Not the device plugin, which needs root for the kubelet's directory and runs in kube-system. */
const ours = ({ namespace }: Pod) => namespace.startsWith("facepipe-");

test("every container has a pinned image, resources, and no privileges", { skip }, async () => {
  for (const pod of podsOf([...rendered.values()].flat())) {
    for (const { name, image = "", resources, securityContext } of containersOf(pod)) {
      const where = `${pod.where} ${name}`;
      assert.match(image, /^[a-z.]+\.(io|com)\/.+:\d[\w.-]*(@sha256:[0-9a-f]{64})?$/, where);
      assert.ok(resources?.requests?.["cpu"] && resources.requests["memory"], where);
      assert.ok(resources?.limits?.["memory"], where);
      assert.deepEqual(
        securityContext,
        {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        },
        where,
      );
    }
  }
});

test("no pod runs as root, has a token or service links, or uses its node's network or hostPath volumes", {
  skip,
}, async () => {
  for (const { where, spec } of podsOf([...rendered.values()].flat()).filter(ours)) {
    assert.equal(spec.securityContext?.runAsNonRoot, true, where);
    assert.ok((spec.securityContext.runAsUser ?? 0) > 0, where);
    assert.equal(spec.securityContext.seccompProfile?.type, "RuntimeDefault", where);
    assert.equal(spec.automountServiceAccountToken, false, where);
    assert.equal(spec.enableServiceLinks, false, where);
    assert.ok(!spec.hostNetwork && !spec.hostPID && !spec.hostIPC, where);
    assert.ok(
      (spec.volumes ?? []).every(({ hostPath }) => hostPath === undefined),
      where,
    );
  }
});

test("a role's termination grace period is longer than --grace, and its probes use its port", {
  skip,
}, async (t) => {
  for (const objects of rendered.values()) {
    for (const pod of podsOf(objects).filter(ours)) {
      const { where, spec } = pod;
      for (const container of spec.containers) {
        const { livenessProbe, readinessProbe, startupProbe, args } = container;
        assert.ok(livenessProbe && readinessProbe && startupProbe, where);
        if (args) assert.equal(readinessProbe.httpGet?.path, "/readyz", where);
        if (!args) continue;
        const { settings } = await readContainer(emptyFolder(t), container, pod, objects);
        assert.ok((spec.terminationGracePeriodSeconds ?? 0) > settings.grace, where);
      }
    }
  }
});

test("no environment variable comes from a Secret", { skip }, () => {
  for (const pod of podsOf([...rendered.values()].flat()))
    for (const { name, envFrom = [], env = [] } of containersOf(pod)) {
      const where = `${pod.where} ${name}`;
      assert.ok(!envFrom.some(({ secretRef }) => secretRef), where);
      assert.ok(!env.some(({ valueFrom }) => valueFrom?.secretKeyRef), where);
    }
});

test("passwords and keys are only in Secrets", { skip }, async (t) => {
  const manifests = await filledManifests(t);
  const files = {
    "edge-secret-config/secrets/facepipe.yaml": "cameras: [{ camera: rtsp://me:camera-password@cam/1 }]",
    "cloud/secrets/aws-credentials": "[default]\naws_secret_access_key = bucket-key",
  };
  for (const name of ["edge-secret-config", "cloud"] as const) {
    const objects = await renderOverlay(name, { manifests, files });
    const isSecret = ({ kind }: KubernetesObject) => kind === "Secret";
    const others = JSON.stringify(objects.filter((each) => !isSecret(each)));
    const values = objects
      .filter(isSecret)
      .flatMap(({ metadata }) =>
        Object.values(
          valuesOf(objects, "Secret", { namespace: metadata.namespace ?? "" }, metadata.name) ?? {},
        ),
      )
      .flatMap((value) => value.trim().split("\n"))
      .filter((line) => !/^-----|^[a-z]+:/.test(line) || line.includes("camera-password"));
    assert.ok(values.length >= 4, name);
    assert.ok(
      values.some((value) => /bucket-key|camera-password/.test(value)),
      name,
    );
    for (const value of values) assert.ok(!others.includes(value), `${name}: ${value}`);
    assert.ok(!others.includes("bucket-key") && !others.includes("camera-password"), name);
  }
});
