import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { promisify } from "node:util";
import { podsOf, valuesOf } from "./pods.ts";
import { danglingReferences } from "./references.ts";
import { filledManifests, kubectlMissing, overlays, renderOverlay } from "./render.ts";

const skip = kubectlMissing();

test("each overlay renders, with the values filled in", { skip }, async (t) => {
  const manifests = await filledManifests(t);
  for (const name of overlays) {
    const objects = await renderOverlay(name, {
      manifests,
      config: { FACEPIPE_LOG_LEVEL: "debug" },
      settings: { "log-level": "debug" },
      files: {
        "cloud/secrets/aws-credentials": "one",
        "edge-secret-config/secrets/facepipe.yaml": "log-level: debug\n",
      },
    });
    const data = (kind: string) =>
      objects.filter((each) => each.kind === kind).map((each) => each["data"] as Record<string, string>);
    const isFilledIn = ({ FACEPIPE_LOG_LEVEL: level, "facepipe.yaml": file = "" }: Record<string, string>) =>
      level === "debug" || /^log-level: debug$/m.test(file);
    const plain = (text: string) => Buffer.from(text, "base64").toString("utf8");
    const hasMap = data("ConfigMap").some(isFilledIn);
    const secrets = data("Secret").map((values) => ({
      "facepipe.yaml": plain(values["facepipe.yaml"] ?? ""),
    }));
    const isSecret = name === "edge-secret-config";
    assert.deepEqual([hasMap, secrets.some(isFilledIn)], [!isSecret, isSecret], name);
    if (name.startsWith("cloud"))
      assert.ok(
        data("Secret").some((values) => plain(values["aws-credentials"] ?? "") === "one"),
        name,
      );
  }
});

/** The configuration file that detect's pod mounts, in a folder of the operator's own below deploy/kubernetes. */
async function ownFolder(t: TestContext, kustomization: string, files: Record<string, string>) {
  const manifests = await filledManifests(t);
  await mkdir(join(manifests, "own"));
  const all = { "kustomization.yaml": kustomization, ...files };
  for (const [name, text] of Object.entries(all)) await writeFile(join(manifests, "own", name), text);
  const objects = await renderOverlay("own", { manifests });
  assert.deepEqual(danglingReferences(objects), []);
  const pod = podsOf(objects).find(({ owner }) => owner.metadata.name === "detect");
  const volume = pod?.spec.volumes?.find(({ name }) => name === "config");
  assert.ok(pod && volume);
  const values =
    valuesOf(objects, "Secret", pod, volume.secret?.secretName) ??
    valuesOf(objects, "ConfigMap", pod, volume.configMap?.name);
  return { pod, file: values?.["facepipe.yaml"], isSecret: volume.secret !== undefined };
}

test("the second site of docs/kubernetes.md has its own configuration file", { skip }, async (t) => {
  const page = await readFile("docs/kubernetes.md", "utf8");
  const [, kustomization = ""] = /^## A second site$[\s\S]*?^```yaml\n([\s\S]*?)^```$/m.exec(page) ?? [];
  const { file } = await ownFolder(t, kustomization, { "facepipe.yaml": "log-level: warn\n" });
  assert.equal(file, "log-level: warn\n");
});

test("a USB camera, and settings in a Secret, can be combined", { skip }, async (t) => {
  const path = "deploy/kubernetes/edge-secret-config/kustomization.yaml";
  const kustomization = (await readFile(path, "utf8")).replace("[../edge]", "[../edge-usb-camera]");
  const secrets = { "facepipe.yaml": "log-level: warn\n" };
  const flat = kustomization.replace("secrets/facepipe.yaml]", "facepipe.yaml]");
  const { pod, file, isSecret } = await ownFolder(t, flat, secrets);
  assert.deepEqual([file, isSecret], ["log-level: warn\n", true]);
  assert.ok(pod.spec.containers[0]?.resources?.limits?.["squat.ai/video"]);
});

test("make-secrets.sh does not replace what the operator has filled in", { skip }, async (t) => {
  const manifests = await filledManifests(t);
  const files = ["edge-secret-config/secrets/facepipe.yaml", "cloud/secrets/aws-credentials"];
  const paths = files.map((file) => join(manifests, file));
  for (const path of paths) await writeFile(path, "filled in\n");
  await promisify(execFile)(join(manifests, "make-secrets.sh"), ["cloud.example"]);
  for (const path of paths) assert.equal(await readFile(path, "utf8"), "filled in\n");
});
