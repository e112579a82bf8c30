import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { webcamVideo } from "../support/videos.ts";
import { drawFilters } from "./frame-number.ts";

export interface Frames {
  /** JPEGs in order of their names, each with its number drawn into it. */
  readonly folder: string;
  remove(): Promise<void>;
}

/** The first `count` frames of the webcam video as a camera sends them, `width` pixels wide. */
export async function makeFrames(width: number, count: number): Promise<Frames> {
  const folder = await mkdtemp(join(tmpdir(), "facepipe-age-"));
  const filters = [`scale=${width}:-2`, ...drawFilters()].join(",");
  const pictures = ["-frames:v", String(count), "-q:v", "4", "-start_number", "0", join(folder, "%05d.jpg")];
  await promisify(execFile)("ffmpeg", ["-v", "error", "-i", webcamVideo(), "-vf", filters, ...pictures]);
  return { folder, remove: () => rm(folder, { recursive: true }) };
}
