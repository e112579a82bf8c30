import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { emptySegments, mixedVideo, personSegments, type Segment } from "../support/videos.ts";

/** A video of 1920x1080 and its first second, which measures the cost of a program's start. */
export interface FullHdVideo {
  readonly whole: string;
  readonly beginning: string;
  /** Frames of the whole without its beginning. */
  readonly frames: number;
}

export interface FullHdVideos {
  /** The mixed video: a person about half of the time. */
  readonly busy: FullHdVideo;
  /** Nobody. */
  readonly idle: FullHdVideo;
  /** Nobody, as the JPEGs that a camera sends. */
  readonly jpegs: string;
  remove(): Promise<void>;
}

const second = 30;
/** As many JPEGs as fit into the memory of a camera that repeats them. */
const jpegs = 150;

/** The mixed video and its empty segments, enlarged and cropped to 1920x1080, in H.264 and as JPEGs. */
export async function makeFullHdVideos(): Promise<FullHdVideos> {
  const folder = await mkdtemp(join(tmpdir(), "facepipe-decode-"));
  const make = async (name: string, segments: readonly Segment[]): Promise<FullHdVideo> => {
    const [whole, beginning] = [join(folder, `${name}.mp4`), join(folder, `${name}-beginning.mp4`)];
    const wanted = segments.map(({ from, to }) => `between(n,${from},${to - 1})`).join("+");
    const filters = `select='${wanted}',setpts=N/30/TB,scale=1920:1440,crop=1920:1080`;
    const encoded = ["-r", "30", "-c:v", "libx264", "-crf", "20", "-preset", "veryfast"];
    await ffmpeg(["-i", mixedVideo(), "-vf", filters, ...encoded, whole]);
    await ffmpeg(["-i", whole, "-frames:v", String(second), "-c:v", "copy", beginning]);
    const frames = segments.reduce((sum, { from, to }) => sum + to - from, -second);
    return { whole, beginning, frames };
  };
  const all = [...emptySegments, ...personSegments].sort((a, b) => a.from - b.from);
  const busy = await make("busy", all);
  const idle = await make("idle", emptySegments);
  const pictures = await mkdtemp(join(folder, "jpegs-"));
  const count = ["-frames:v", String(jpegs), "-q:v", "4"];
  await ffmpeg(["-i", idle.whole, ...count, join(pictures, "%05d.jpg")]);
  return { busy, idle, jpegs: pictures, remove: () => rm(folder, { recursive: true }) };
}

async function ffmpeg(args: readonly string[]): Promise<void> {
  await promisify(execFile)("ffmpeg", ["-v", "error", ...args]);
}
