import assert from "node:assert/strict";
import { test } from "node:test";
import { danglingReferences } from "./references.ts";
import { type KubernetesObject, kubectlMissing } from "./render.ts";
import { renderAllOverlays } from "./rendered-overlays.ts";

const skip = kubectlMissing();
const rendered = renderAllOverlays();

test("every reference in the manifests resolves", { skip }, async () => {
  for (const [name, objects] of rendered) assert.deepEqual(danglingReferences(objects), [], name);
});

test("a workload whose selector matches another's pods is found", { skip }, async () => {
  const alike = JSON.stringify(rendered.get("cloud")).replaceAll(/"[^"]+\/instance":"[^"]+",/g, "");
  assert.deepEqual(danglingReferences(JSON.parse(alike) as KubernetesObject[]), [
    "facepipe-cloud/store: its selector also matches pods of facepipe-cloud/store-extra",
    "facepipe-cloud/store-extra: its selector also matches pods of facepipe-cloud/store",
  ]);
});

test("a dangling reference is found", { skip }, async () => {
  const objects = rendered.get("edge") ?? [];
  const faultsAfter = (from: RegExp, to: string) =>
    danglingReferences(JSON.parse(JSON.stringify(objects).replace(from, to)) as KubernetesObject[]);
  const [, config = ""] = /"configMap":\{"name":"(config-[^"]+)"/.exec(JSON.stringify(objects)) ?? [];
  const cases: [RegExp, string, string][] = [
    [
      /"secretName":"detect-login-/,
      '"secretName":"other-',
      "facepipe-edge/detect: there is no Secret other-",
    ],
    [
      /"value":"facepipe-log"/,
      `"valueFrom":{"configMapKeyRef":{"name":"${config}","key":"NOTHING"}}`,
      "has no key NOTHING",
    ],
    [
      /"claimName":"detect-spool"/,
      '"claimName":"s"',
      "facepipe-edge/detect: there is no PersistentVolumeClaim s",
    ],
    [/"targetPort":"http"/, '"targetPort":"web"', "Service forward targets port web, which no pod has"],
    [/"serviceName":"forward"/, '"serviceName":"f"', "facepipe-edge/forward: there is no Service f"],
    [/"mountPath":"\/cache","name":"cache"/, '"mountPath":"/cache","name":"c"', "there is no volume c"],
    [
      /"selector":\{"app.kubernetes.io\/name":"forward"\}/,
      '"selector":{"a":"b"}',
      "Service forward matches no pod",
    ],
  ];
  for (const [from, to, fault] of cases) {
    const faults = faultsAfter(from, to);
    assert.ok(faults.join("\n").includes(fault), `${fault} is not among ${faults}`);
  }
});
