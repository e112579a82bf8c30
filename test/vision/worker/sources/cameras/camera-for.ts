import type { TestContext } from "node:test";
import type { VisionOptions } from "../../../../../src/vision/supervisor/vision.ts";
import { settings, visionFor } from "../../../harness.ts";

/** A Vision of a network camera with short timeouts. */
export function cameraFor(t: TestContext, url: string, options: Partial<VisionOptions> = {}) {
  const restart = { min: 20, max: 200 };
  return visionFor(t, settings(url), { stallSeconds: 2, restart, ...options });
}
