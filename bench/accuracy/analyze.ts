import { refused } from "../../src/base/errors.ts";
import { detectSummary, faceLines } from "../support/detect.ts";
import { runMeasured } from "../support/measure.ts";
import { facepipeCommand } from "../support/programs.ts";
import { type LabelledImage, stage } from "./images.ts";
import type { Detection } from "./match.ts";

/** What `facepipe detect` made of some images. */
export interface Looked {
  readonly detections: ReadonlyMap<LabelledImage, readonly Detection[]>;
  /** From start to end, seconds. */
  readonly seconds: number;
  /** Of all its processes, seconds. */
  readonly cpuSeconds: number;
}

/**
 * Lets the program look at the images, as a user would.
 * @throws UserError when it fails, or could not read one.
 */
export async function look(images: readonly LabelledImage[], args: readonly string[]): Promise<Looked> {
  const staged = await stage(images);
  try {
    const command = facepipeCommand("detect", "--camera", staged.folder, "--dry-run", ...args);
    const { stdout, stderr, seconds, cpuSeconds } = await runMeasured(command);
    const { looked } = detectSummary(stderr);
    if (looked !== images.length)
      throw refused(`detect has looked at ${looked} of ${images.length} images. It said:\n${stderr}`);
    const detections = new Map(images.map((image) => [image, [] as Detection[]]));
    for (const { file = "", box, score } of faceLines(stdout)) {
      const image = staged.images.get(file);
      if (!image) throw new Error(`detect speaks of an unknown file: ${file}`);
      detections.get(image)?.push({ box, score });
    }
    return { detections, seconds, cpuSeconds };
  } finally {
    await staged.remove();
  }
}
