import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { projects, readProject } from "../compose/project.ts";
import { numberOf } from "../image/support/quantity.ts";
import { podsOf, valuesOf } from "./pods.ts";
import { kubectlMissing } from "./render.ts";
import { renderAllOverlays } from "./rendered-overlays.ts";

const rendered = renderAllOverlays();
const read = (path: string) => readFileSync(path, "utf8");
const maxQueuedBytes = (conf: string) => Number(/^max_queued_bytes (\d+)$/m.exec(conf)?.[1]);
/** Mosquitto's memory while it delivers the full queues of `clients` clients, bytes; measured (docs/delivery.md). */
const needed = (queue: number, clients: number) => 2 * queue * clients + 100e6;

test("on Kubernetes a broker with full queues has enough memory and disk", { skip: kubectlMissing() }, () => {
  for (const [name, objects] of rendered) {
    const pod = podsOf(objects).find(({ owner }) => owner.metadata.name === "mosquitto");
    if (!pod) continue;
    const map = pod.spec.volumes?.find((volume) => volume.name === "config")?.configMap?.name;
    const queue = maxQueuedBytes(valuesOf(objects, "ConfigMap", pod, map)?.["mosquitto.conf"] ?? "");
    // forward, or two stores and at most four of store-extra.
    const clients = pod.namespace === "facepipe-edge" ? 1 : 6;
    const [broker] = pod.spec.containers;
    assert.ok(numberOf(broker?.resources?.limits?.["memory"] ?? "0") >= needed(queue, clients), name);
    const { volumeClaimTemplates } = pod.owner["spec"] as {
      volumeClaimTemplates: [{ spec: { resources: { requests: { storage: string } } } }];
    };
    const disk = numberOf(volumeClaimTemplates[0].spec.resources.requests.storage);
    // Mosquitto writes the new file beside the old one.
    assert.ok(disk >= 2 * 1.05 * queue * clients, name);
  }
});

test("in Compose a broker with a full queue has enough memory", () => {
  const { services } = readProject([...new Set(Object.values(projects).flat())]);
  for (const side of ["edge", "cloud"]) {
    const queue = maxQueuedBytes(read(`deploy/compose/mosquitto/${side}.conf`));
    assert.ok(
      numberOf(`${services[`${side}-broker`]?.["mem_limit"]}`.replace("m", "Mi")) >= needed(queue, 1),
      side,
    );
  }
});

test("the access lists of Kubernetes and Compose are the same", () => {
  for (const side of ["edge", "cloud"])
    assert.equal(read(`deploy/compose/mosquitto/${side}.acl`), read(`deploy/kubernetes/${side}/acl`));
});
