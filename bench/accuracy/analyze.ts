import { BenchmarkError } from "../support/benchmark-error.ts";
import { detectSummary, faceLines } from "../support/detect.ts";
import { runMeasured } from "../support/measure.ts";
import { facepipeCommand } from "../support/programs.ts";
import { type LabelledImage, stage } from "./images.ts";
import type { Detection } from "./match.ts";

/** What `facepipe detect` found in some images, and its cost. */
export interface Analysis {
  readonly detections: ReadonlyMap<LabelledImage, readonly Detection[]>;
  /** Elapsed from start to end, seconds. */
  readonly seconds: number;
  /** CPU time of all its processes, seconds. */
  readonly cpuSeconds: number;
}

/**
 * Runs `facepipe detect` over the images, as a user would.
 * @throws BenchmarkError when it fails or cannot read an image.
 */
export async function analyze(images: readonly LabelledImage[], args: readonly string[]): Promise<Analysis> {
  const staged = await stage(images);
  try {
    const command = facepipeCommand("detect", "--camera", staged.folder, "--dry-run", ...args);
    const { stdout, stderr, seconds, cpuSeconds } = await runMeasured(command);
    const { analyzed } = detectSummary(stderr);
    if (analyzed !== images.length)
      throw new BenchmarkError(`detect analyzed ${analyzed} of ${images.length} images. Its log:\n${stderr}`);
    const detections = new Map(images.map((image) => [image, [] as Detection[]]));
    for (const { file = "", box, score } of faceLines(stdout)) {
      const image = staged.images.get(file);
      if (!image) throw new Error(`detect reported an unknown file: ${file}`);
      detections.get(image)?.push({ box, score });
    }
    return { detections, seconds, cpuSeconds };
  } finally {
    await staged.remove();
  }
}
