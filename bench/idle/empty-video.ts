import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { detections } from "../detect/implementations.ts";
import { BenchmarkError } from "../support/benchmark-error.ts";
import { yunetArguments } from "../support/detect.ts";
import { emptySegments, mixedVideo } from "../support/videos.ts";

/** A video with nobody in it, and its first second, which measures the cost of a program's start. */
export interface EmptyVideos {
  readonly whole: string;
  readonly beginning: string;
  remove(): Promise<void>;
}

/** Frames of the beginning. */
const second = 30;
/** Frames of the whole without its beginning. */
export const beyondBeginning = emptySegments.reduce((sum, { from, to }) => sum + to - from, -second);

/**
 * The segments of the mixed video with nobody in them, joined. Encoded with little loss (CRF 12), so that the noise,
 * which the motion filter depends on, is preserved: as many frames are analyzed as with a lossless encoding. A lossless
 * frame takes 1.5 ms to decode, this one 0.8 ms, and one of the original video 0.7 ms.
 * @throws BenchmarkError when a face is detected in them.
 */
export async function makeEmptyVideos(): Promise<EmptyVideos> {
  const folder = await mkdtemp(join(tmpdir(), "facepipe-idle-"));
  const [whole, beginning] = [join(folder, "whole.mp4"), join(folder, "beginning.mp4")];
  const remove = () => rm(folder, { recursive: true });
  try {
    const wanted = emptySegments.map(({ from, to }) => `between(n,${from},${to - 1})`).join("+");
    const joined = ["-i", mixedVideo(), "-vf", `select='${wanted}',setpts=N/30/TB`, "-r", "30"];
    const encoded = ["-c:v", "libx264", "-crf", "12", "-preset", "veryfast"];
    await ffmpeg([...joined, ...encoded, whole]);
    await ffmpeg(["-i", whole, "-frames:v", String(second), ...encoded, beginning]);
    const faces = await detections(whole, [...yunetArguments(), "--every-frame", "--emit", "all"]);
    if (faces.length > 0)
      throw new BenchmarkError(
        `${faces.length} faces were detected in the segments of the video without persons`,
      );
    return { whole, beginning, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function ffmpeg(args: readonly string[]): Promise<void> {
  await promisify(execFile)("ffmpeg", ["-v", "error", ...args]);
}
