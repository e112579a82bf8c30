import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { createLog, type Logger } from "../../src/base/log.ts";
import { Vision, type VisionOptions } from "../../src/vision/supervisor/vision.ts";
import { parseSynthetic } from "../../src/vision/synthetic-spec.ts";
import type { CapturedFace, FrameStats, VisionSettings } from "../../src/vision/types.ts";
import { rendererOf } from "../../src/vision/worker/synthetic/draw.ts";

/** Settings as the command line's defaults make them. */
export function settings(camera: string, more: Partial<VisionSettings> = {}): VisionSettings {
  return {
    camera,
    detector: { name: "haar" },
    minFace: 24,
    score: 0.7,
    margin: 0,
    color: false,
    format: "png",
    loop: false,
    emit: { kind: "all" },
    maxVisit: 30,
    masks: [],
    zones: [],
    everyFrame: true,
    ...more,
  };
}

/** A log that keeps its lines. */
export async function keptLog(): Promise<{ log: Logger; lines: string[] }> {
  const lines: string[] = [];
  const log = await createLog({
    level: "info",
    format: "json",
    secrets: [],
    write: (line) => lines.push(line),
  });
  return { log, lines };
}

/** A Vision that is stopped when the test ends, the lines it logged, and how often it opened its source again. */
export async function visionFor(t: TestContext, chosen: VisionSettings, options?: VisionOptions) {
  const { log, lines } = await keptLog();
  let count = 0;
  const vision = new Vision(chosen, log, { ...options, onRestart: () => count++ });
  t.after(() => vision.stop());
  return { vision, lines, restarts: () => count };
}

export type SeenFrame = FrameStats & { readonly faces: readonly CapturedFace[] };

/** The next looks of an open Vision with their faces: all, when there are fewer than `most`. */
export async function take(vision: Vision, most = Number.POSITIVE_INFINITY): Promise<SeenFrame[]> {
  const seen: SeenFrame[] = [];
  for await (const { frames, faces } of vision.batches()) {
    for (const look of frames) seen.push({ ...look, faces: look === frames.at(-1) ? faces : [] });
    if (seen.length >= most) break;
  }
  return seen.slice(0, most);
}

/** Opens a source and gives its first frames, all when there are fewer than `most`. */
export async function look(t: TestContext, chosen: VisionSettings, most = Number.POSITIVE_INFINITY) {
  const { vision, lines } = await visionFor(t, chosen);
  const info = await vision.open(new AbortController().signal);
  const seen = await take(vision, most);
  return { info, seen, lines };
}

/** Frames of the synthetic camera as JPEG files in memory: cuts whose margin takes in the whole frame. */
export async function jpegFrames(t: TestContext, count: number, size = "640x480"): Promise<Buffer[]> {
  const whole = settings(`synthetic:pace=off,size=${size}`, { margin: 1000, color: true, format: "jpeg" });
  const { seen } = await look(t, whole, count);
  return seen.flatMap((frame) => frame.faces.map((face) => face.picture));
}

/** The synthetic camera's frame 0 as a PPM file, which OpenCV reads like any image. */
export function ppm(text: string): Buffer {
  const spec = parseSynthetic(text);
  const pixels = Buffer.from(rendererOf(spec)(0));
  for (let at = 0; at < pixels.length; at += 3) pixels.subarray(at, at + 3).reverse();
  return Buffer.concat([Buffer.from(`P6 ${spec.width} ${spec.height} 255\n`), pixels]);
}

/** A folder with these files, removed when the test ends. */
export async function folderOf(t: TestContext, files: Readonly<Record<string, Buffer | string>>) {
  const folder = await mkdtemp(join(tmpdir(), "facepipe-vision-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}
