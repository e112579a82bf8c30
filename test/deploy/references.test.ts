import assert from "node:assert/strict";
import { test } from "node:test";
import { danglingReferences } from "./references.ts";
import { type KubernetesObject, kubectlMissing } from "./render.ts";
import { everyOverlay } from "./rendered-overlays.ts";

const skip = kubectlMissing();
const every = everyOverlay();

test("every name in the manifests leads to something", { skip }, async () => {
  for (const [name, objects] of every) assert.deepEqual(danglingReferences(objects), [], name);
});

test("a workload that would count another's pods as its own is found", { skip }, async () => {
  const alike = JSON.stringify(every.get("cloud")).replaceAll(/"[^"]+\/instance":"[^"]+",/g, "");
  assert.deepEqual(danglingReferences(JSON.parse(alike) as KubernetesObject[]), [
    "facepipe-cloud/store: its selector chooses pods of facepipe-cloud/store-extra, too",
    "facepipe-cloud/store-extra: its selector chooses pods of facepipe-cloud/store, too",
  ]);
});

test("a name that leads nowhere is found", { skip }, async () => {
  const objects = every.get("edge") ?? [];
  const faultsWith = (from: RegExp, to: string) =>
    danglingReferences(JSON.parse(JSON.stringify(objects).replace(from, to)) as KubernetesObject[]);
  const [, config = ""] = /"configMapRef":\{"name":"([^"]+)"/.exec(JSON.stringify(objects)) ?? [];
  const cases: [RegExp, string, string][] = [
    [
      /"secretName":"detect-login-/,
      '"secretName":"other-',
      "facepipe-edge/detect: there is no Secret other-",
    ],
    [
      /"value":"store"/,
      `"valueFrom":{"configMapKeyRef":{"name":"${config}","key":"NOTHING"}}`,
      "has no key NOTHING",
    ],
    [/"targetPort":"http"/, '"targetPort":"web"', "Service forward leads to port web, which no pod has"],
    [/"serviceName":"forward"/, '"serviceName":"f"', "facepipe-edge/forward: there is no Service f"],
    [/"mountPath":"\/cache","name":"cache"/, '"mountPath":"/cache","name":"c"', "mounts no volume c"],
    [
      /"selector":\{"app.kubernetes.io\/name":"forward"\}/,
      '"selector":{"a":"b"}',
      "Service forward chooses no pod",
    ],
  ];
  for (const [from, to, fault] of cases) {
    const faults = faultsWith(from, to);
    assert.ok(faults.join("\n").includes(fault), `${fault} is not among ${faults}`);
  }
});
