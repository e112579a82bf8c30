import assert from "node:assert/strict";
import { test } from "node:test";
import { filledManifests, kubectlMissing, overlays, renderOverlay } from "./render.ts";

test("each overlay renders, with the values filled in", { skip: kubectlMissing() }, async (t) => {
  const manifests = await filledManifests(t);
  for (const name of overlays) {
    const file = name.startsWith("edge") ? "cameras" : "aws-credentials";
    const objects = await renderOverlay(name, {
      manifests,
      config: { FACEPIPE_LOG_LEVEL: "debug" },
      secrets: { [file]: "one" },
    });
    const data = (kind: string) =>
      objects.filter((each) => each.kind === kind).map((each) => each["data"] as Record<string, string>);
    assert.ok(
      data("ConfigMap").some((values) => values["FACEPIPE_LOG_LEVEL"] === "debug"),
      name,
    );
    const one = Buffer.from("one").toString("base64");
    assert.ok(
      data("Secret").some((values) => values[file] === one),
      name,
    );
  }
});
