import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { createLog, type Logger, type LogLevel } from "../../src/base/log.ts";
import { Vision, type VisionOptions } from "../../src/vision/supervisor/vision.ts";
import { parseSynthetic } from "../../src/vision/synthetic-spec.ts";
import type { CapturedFace, FrameStats, VisionSettings } from "../../src/vision/types.ts";
import { rendererOf } from "../../src/vision/worker/synthetic/draw.ts";

/** Settings like the command line's defaults, but every frame is analyzed. */
export function settings(camera: string, more: Partial<VisionSettings> = {}): VisionSettings {
  return {
    camera,
    detector: { name: "haar" },
    minFace: 24,
    score: 0.7,
    margin: 0,
    color: false,
    format: "png",
    jpegQuality: 95,
    align: false,
    minQuality: 0,
    loop: false,
    emit: { kind: "all" },
    maxVisit: 30,
    masks: [],
    zones: [],
    everyFrame: true,
    ...more,
  };
}

/** A log whose lines are collected. */
export async function keptLog(level: LogLevel = "info"): Promise<{ log: Logger; lines: string[] }> {
  const lines: string[] = [];
  const write = (line: string) => lines.push(line);
  return { log: await createLog({ level, format: "json", secrets: [], write }), lines };
}

/**
 * A Vision that is stopped when the test ends, and functions of its log: `lines` are all lines, down to what FFmpeg prints;
 * `reported` those that a user sees by default; `workerPid` is the id of the latest worker process.
 */
export async function visionFor(
  t: TestContext,
  chosen: VisionSettings,
  options: Partial<VisionOptions> = {},
) {
  const { log, lines } = await keptLog("debug");
  let count = 0;
  const onRestart = () => {
    count++;
    options.onRestart?.();
  };
  const vision = new Vision(chosen, log, { environment: process.env, ...options, onRestart });
  t.after(() => vision.stop());
  const reported = () => lines.filter((line) => !line.includes('"level":"debug"'));
  const reopened = () => reported().some((line) => line.includes("delivers frames again"));
  return { vision, lines, reported, reopened, restarts: () => count, workerPid: () => workerPid(lines) };
}

export function workerPid(lines: readonly string[]): number {
  const [, pid] = /started the vision worker, process (\d+)/.exec(lines.findLast(isStart) ?? "") ?? [];
  return Number(pid);
}

const isStart = (line: string) => line.includes("started the vision worker");

/** A signal that never aborts. */
export const never = new AbortController().signal;

export type AnalyzedFrame = FrameStats & { readonly faces: readonly CapturedFace[] };

/** Opens a source and analyzes its first frames, or all when there are fewer than `max`. */
export async function analyze(t: TestContext, chosen: VisionSettings, max = Number.POSITIVE_INFINITY) {
  const { vision, reported } = await visionFor(t, chosen);
  const info = await vision.open(never);
  const analyzed: AnalyzedFrame[] = [];
  for await (const { frames, faces } of vision.batches()) {
    for (const frame of frames) analyzed.push({ ...frame, faces: frame === frames.at(-1) ? faces : [] });
    if (analyzed.length >= max) break;
  }
  return { info, frames: analyzed.slice(0, max), reported };
}

/** Frames of the synthetic camera as JPEG files in memory: crops whose margin covers the whole frame. */
export async function jpegFrames(t: TestContext, count: number, size = "640x480"): Promise<Buffer[]> {
  const whole = settings(`synthetic:pace=off,size=${size}`, { margin: 1000, color: true, format: "jpeg" });
  const { frames } = await analyze(t, whole, count);
  return frames.flatMap((frame) => frame.faces.map((face) => face.picture));
}

/** The synthetic camera's frame 0 as a PPM file: a format that needs no encoder. */
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
