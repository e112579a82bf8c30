import { env } from "node:process";
import type { TestContext } from "node:test";
import type { VisionOptions } from "../../../../../src/vision/supervisor/vision.ts";
import { settings, visionFor } from "../../../harness.ts";

/** A Vision of a network camera with short timeouts, with the environment that detect passes to its worker. */
export function cameraFor(t: TestContext, url: string, options: VisionOptions = {}) {
  const restart = { min: 20, max: 200 };
  return visionFor(t, settings(url), { stallSeconds: 2, restart, environment: env, ...options });
}
