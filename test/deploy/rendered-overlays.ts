import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before } from "node:test";
import { fillManifests, type KubernetesObject, kubectlMissing, overlays, renderOverlay } from "./render.ts";

/** All overlays by name, with their default settings: rendered once, before the tests of the calling file. */
export function renderAllOverlays(): ReadonlyMap<string, readonly KubernetesObject[]> {
  const rendered = new Map<string, readonly KubernetesObject[]>();
  before(async () => {
    if (kubectlMissing()) return;
    const folder = await mkdtemp(join(tmpdir(), "facepipe-test-"));
    try {
      const manifests = await fillManifests(folder);
      // One after another: they change the same files.
      for (const name of overlays) rendered.set(name, await renderOverlay(name, { manifests }));
    } finally {
      await rm(folder, { recursive: true });
    }
  });
  return rendered;
}
