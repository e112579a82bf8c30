import type { TestContext } from "node:test";
import { createLog } from "../../../../../src/base/log.ts";
import { Vision, type VisionOptions } from "../../../../../src/vision/supervisor/vision.ts";
import { settings } from "../../../harness.ts";

const quick: VisionOptions = { stallSeconds: 2, restart: { min: 20, max: 200 } };

/**
 * A Vision that soon gives up and tries again, stopped when the test ends. `lines` is all that it logs, down to what FFmpeg
 * says; `told` is what a user sees of it by default.
 */
export async function watching(t: TestContext, url: string, options: VisionOptions = {}) {
  const lines: string[] = [];
  const write = (line: string) => lines.push(line);
  const log = await createLog({ level: "debug", format: "json", secrets: [], write });
  const vision = new Vision(settings(url), log, { ...quick, ...options });
  t.after(() => vision.stop());
  const told = () => lines.filter((line) => !line.includes('"level":"debug"'));
  return {
    vision,
    lines,
    told,
    foundAgain: () => told().some((line) => line.includes("gives frames again")),
  };
}

export const never = new AbortController().signal;
