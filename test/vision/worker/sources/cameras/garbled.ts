import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { never } from "../../../harness.ts";
import { cameraFor } from "./camera-for.ts";
import { garblingProxy } from "./garbling-proxy.ts";

/** Garbles a camera's stream `times` times: faces are detected again after it, and the log is not flooded. */
export async function assertSurvivesGarbling(
  t: TestContext,
  camera: { readonly port: number; readonly url: string },
  times: number,
): Promise<void> {
  const proxy = await garblingProxy(camera.port);
  t.after(() => proxy.close());
  const { vision, reported } = await cameraFor(t, camera.url.replace(`:${camera.port}`, `:${proxy.port}`));
  await vision.open(never);
  let before = 0;
  let after = 0;
  for await (const { faces } of vision.batches()) {
    if (faces.length === 0) continue;
    if (++before === 5) proxy.garble(times);
    if (before > 5 && !proxy.garbling && ++after === 10) break;
  }
  assert.ok(reported().length < 20, reported().join(""));
}
