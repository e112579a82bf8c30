import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { parse } from "yaml";
import { containersOf, podsOf } from "./pods.ts";
import { kubectlMissing } from "./render.ts";
import { renderAllOverlays } from "./rendered-overlays.ts";

const skip = kubectlMissing();
const rendered = renderAllOverlays();

test("the PodMonitor selects each pod that serves metrics, by its port", { skip }, async () => {
  const { stdout } = await promisify(execFile)("kubectl", ["kustomize", "deploy/kubernetes/monitoring"]);
  const { apiVersion, kind, metadata, spec } = parse(stdout);
  assert.deepEqual(
    [apiVersion, kind, metadata.namespace],
    ["monitoring.coreos.com/v1", "PodMonitor", "monitoring"],
  );
  const [endpoint] = spec.podMetricsEndpoints;
  assert.equal(endpoint.path, "/metrics");
  const scraped = new Set<string>();
  for (const pod of [...rendered.values()].flatMap(podsOf)) {
    const ports = containersOf(pod).flatMap(({ ports = [] }) => ports);
    const isServing = containersOf(pod).some(({ image = "" }) => image.includes("/facepipe:"));
    const isSelected =
      spec.namespaceSelector.matchNames.includes(pod.namespace) &&
      Object.entries(spec.selector.matchLabels).every(([name, value]) => pod.labels[name] === value) &&
      ports.some(({ name }) => name === endpoint.port);
    assert.equal(isSelected, isServing, pod.where);
    if (isSelected) scraped.add(pod.where);
  }
  for (const where of ["facepipe-edge/detect", "facepipe-edge/forward", "facepipe-cloud/store"])
    assert.ok(scraped.has(where), `${where} is not scraped: ${[...scraped].join(", ")}`);
});
