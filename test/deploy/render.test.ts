import assert from "node:assert/strict";
import { test } from "node:test";
import { filledManifests, kubectlMissing, overlays, renderOverlay } from "./render.ts";

test("each overlay renders, with what was filled in", { skip: kubectlMissing() }, async (t) => {
  const manifests = await filledManifests(t);
  for (const name of overlays) {
    const objects = await renderOverlay(name, {
      manifests,
      config: { FACEPIPE_LOG_LEVEL: "debug" },
      secrets: { ANY_SECRET: "one" },
    });
    const config = objects.find(
      ({ kind, metadata }) => kind === "ConfigMap" && /^config-/.test(metadata.name),
    );
    assert.equal((config?.["data"] as Record<string, string>)["FACEPIPE_LOG_LEVEL"], "debug", name);
    const secrets = objects.filter(({ kind }) => kind === "Secret").map(({ data }) => JSON.stringify(data));
    assert.ok(
      secrets.some((data) => data.includes(Buffer.from("one").toString("base64"))),
      name,
    );
  }
});
