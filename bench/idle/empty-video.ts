import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { refused } from "../../src/base/errors.ts";
import { findings } from "../detect/implementations.ts";
import { yunetArguments } from "../support/detect.ts";
import { emptyParts, mixedVideo } from "../support/videos.ts";

/** A video with nobody in it, and its first second, which tells what the start of a program costs. */
export interface EmptyVideos {
  readonly whole: string;
  readonly beginning: string;
  remove(): Promise<void>;
}

/** Frames of the beginning. */
const second = 30;
/** Frames of the whole without its beginning. */
export const beyondBeginning = emptyParts.reduce((sum, { from, to }) => sum + to - from, -second);

/**
 * The parts of the mixed video with nobody in them, joined. It is compressed again so little (CRF 12) that its noise, which
 * decides whether something seems to move, stays: as many frames are looked at as without loss. Without loss a frame
 * takes 1.5 ms to decode, this way 0.8, and in the video itself 0.7.
 * @throws UserError when there is a face in them after all.
 */
export async function makeEmptyVideos(): Promise<EmptyVideos> {
  const folder = await mkdtemp(join(tmpdir(), "facepipe-idle-"));
  const [whole, beginning] = [join(folder, "whole.mp4"), join(folder, "beginning.mp4")];
  const remove = () => rm(folder, { recursive: true });
  try {
    const wanted = emptyParts.map(({ from, to }) => `between(n,${from},${to - 1})`).join("+");
    const joined = ["-i", mixedVideo(), "-vf", `select='${wanted}',setpts=N/30/TB`, "-r", "30"];
    const encoded = ["-c:v", "libx264", "-crf", "12", "-preset", "veryfast"];
    await ffmpeg([...joined, ...encoded, whole]);
    await ffmpeg(["-i", whole, "-frames:v", String(second), ...encoded, beginning]);
    const faces = await findings(whole, [...yunetArguments(), "--every-frame", "--emit", "all"]);
    if (faces.length > 0)
      throw refused(`${faces.length} faces are in the parts of the video that are said to be empty`);
    return { whole, beginning, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function ffmpeg(args: readonly string[]): Promise<void> {
  await promisify(execFile)("ffmpeg", ["-v", "error", ...args]);
}
