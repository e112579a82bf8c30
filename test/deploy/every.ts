import type { TestContext } from "node:test";
import { filledManifests, type KubernetesObject, overlays, renderOverlay } from "./render.ts";

/** All overlays, rendered as they come. */
export async function everyOverlay(t: TestContext): Promise<ReadonlyMap<string, KubernetesObject[]>> {
  const manifests = await filledManifests(t);
  const rendered = new Map<string, KubernetesObject[]>();
  // One after the other: they fill in the same files.
  for (const name of overlays) rendered.set(name, await renderOverlay(name, { manifests }));
  return rendered;
}
