import assert from "node:assert/strict";
import { test } from "node:test";
import { filledManifests, kubectlMissing, overlays, renderOverlay } from "./render.ts";

test("each overlay renders, with the values filled in", { skip: kubectlMissing() }, async (t) => {
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
