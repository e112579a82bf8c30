import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { garblingProxy } from "./garbling-proxy.ts";
import { never, watching } from "./watching.ts";

/** Garbles a camera's stream `times` times in mid-watch: faces are seen again after it, and the log is not flooded. */
export async function assertSurvivesGarbling(
  t: TestContext,
  camera: { readonly port: number; readonly url: string },
  times: number,
): Promise<void> {
  const line = await garblingProxy(camera.port);
  t.after(() => line.close());
  const { vision, told } = await watching(t, camera.url.replace(`:${camera.port}`, `:${line.port}`));
  await vision.open(never);
  let before = 0;
  let after = 0;
  for await (const { faces } of vision.batches()) {
    if (faces.length === 0) continue;
    if (++before === 5) line.garble(times);
    if (before > 5 && !line.garbling && ++after === 10) break;
  }
  assert.ok(told().length < 20, told().join(""));
}
