import type { Mosquitto } from "../../test/support/mosquitto.ts";
import { detectSummary, faceLines } from "../support/detect.ts";
import { runMeasured } from "../support/measure.ts";
import { facepipeCommand, peerCommand } from "../support/programs.ts";

export interface Task {
  readonly video: string;
  readonly cascade: string;
  readonly broker: Mosquitto;
  /** CPU core that all processes of an implementation are pinned to: OpenCV then uses one thread in each. */
  readonly core: number;
}

/** The result for a video that was read to its end. */
export interface Run {
  /** Elapsed from start to end, seconds. */
  readonly seconds: number;
  /** CPU time of all processes, seconds. */
  readonly cpuSeconds: number;
  readonly frames: number;
  /** Frames that the detector analyzed; frames without motion are skipped. */
  readonly analyzed: number;
  /** Faces that were published. */
  readonly faces: number;
}

/** A detected face: index of its frame, x, y, width, height. */
export type Found = readonly [frame: number, x: number, y: number, width: number, height: number];

/** `facepipe detect` with these arguments. */
export async function facepipe(
  { video, broker, core }: Omit<Task, "cascade">,
  args: readonly string[],
): Promise<Run> {
  const command = detectCommand(video, "--broker", broker.url, "--qos", "1", ...args);
  const { seconds, cpuSeconds, stderr } = await runMeasured(pinned(core, command));
  const { analyzed, skipped, faces } = detectSummary(stderr);
  return { seconds, cpuSeconds, frames: analyzed + skipped, analyzed, faces };
}

/** The Python loop; also returns its detections, in order. */
export async function python({
  video,
  cascade,
  broker,
  core,
}: Task): Promise<Run & { readonly boxes: Found[] }> {
  const command = peerCommand("detect_cv2.py", video, cascade, String(broker.port));
  const { seconds, cpuSeconds, stdout } = await runMeasured(pinned(core, command));
  const { frames, boxes } = JSON.parse(stdout);
  return { seconds, cpuSeconds, frames, analyzed: frames, faces: boxes.length, boxes };
}

/** The faces that `facepipe detect` finds in a video with these arguments, in order. */
export async function detections(video: string, args: readonly string[]): Promise<Found[]> {
  const { stdout } = await runMeasured(detectCommand(video, "--dry-run", ...args));
  return faceLines(stdout).map(({ frame, box: { x, y, width, height } }) => [frame, x, y, width, height]);
}

function detectCommand(video: string, ...args: readonly string[]): string[] {
  return facepipeCommand("detect", "--camera", video, ...args);
}

function pinned(core: number, command: readonly string[]): string[] {
  return ["taskset", "-c", String(core), ...command];
}
