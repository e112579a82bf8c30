import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseSynthetic } from "../../../../../src/vision/synthetic-spec.ts";
import { rendererOf } from "../../../../../src/vision/worker/synthetic/draw.ts";
import { findCommand } from "../../../../support/commands.ts";

/** Why this machine cannot make a video, or false. */
export const withoutFfmpeg = findCommand("ffmpeg") ? false : "needs ffmpeg (Debian: ffmpeg)";

let made: string | undefined;

/**
 * The path of a video that is made once for all tests of this process: two minutes of the synthetic camera with one face,
 * 640x480, 30 frames/s, H.264 in Matroska, key frames every two seconds as from cameras.
 */
export function cameraVideo(): string {
  made ??= make(mkdtempSync(join(tmpdir(), "facepipe-camera-")));
  return made;
}

function make(folder: string): string {
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const [short, long] = [join(folder, "short.mkv"), join(folder, "long.mkv")];
  const spec = parseSynthetic("synthetic:fps=30,seconds=2");
  const render = rendererOf(spec);
  const frames = Array.from({ length: 60 }, (_, index) => Buffer.from(render(index)));
  const raw = ["-f", "rawvideo", "-pix_fmt", "bgr24", "-s", "640x480", "-r", "30", "-i", "-"];
  const codec = ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "60"];
  ffmpeg([...raw, ...codec, "-pix_fmt", "yuv420p", short], Buffer.concat(frames));
  ffmpeg(["-stream_loop", "59", "-i", short, "-c", "copy", long]);
  return long;
}

/** Runs ffmpeg; throws an Error with what it prints when it fails. */
export function ffmpeg(args: readonly string[], input?: Buffer): void {
  const { status, stderr } = spawnSync("ffmpeg", ["-v", "error", ...args], { input });
  if (status !== 0) throw new Error(`ffmpeg: ${stderr}`);
}
