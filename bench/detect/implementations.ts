import type { Mosquitto } from "../../test/support/mosquitto.ts";
import { detectSummary, faceLines } from "../support/detect.ts";
import { runMeasured } from "../support/measure.ts";
import { facepipeCommand, peerCommand } from "../support/programs.ts";

export interface Task {
  readonly video: string;
  readonly cascade: string;
  readonly broker: Mosquitto;
  /** Core that all processes of a contestant are held to: OpenCV's number of threads is then 1 for each. */
  readonly core: number;
}

/** A video that was gone through to its end. */
export interface Run {
  /** From start to end, seconds. */
  readonly seconds: number;
  /** Of all processes, seconds. */
  readonly cpuSeconds: number;
  readonly frames: number;
  /** Frames that a detector saw: without those where nothing moved. */
  readonly looked: number;
  /** Faces that were published. */
  readonly faces: number;
}

/** A found face: index of its frame, x, y, width, height. */
export type Found = readonly [frame: number, x: number, y: number, width: number, height: number];

/** `facepipe detect` with these arguments. */
export async function facepipe(
  { video, broker, core }: Omit<Task, "cascade">,
  args: readonly string[],
): Promise<Run> {
  const command = detectCommand(video, "--broker", broker.url, "--qos", "1", ...args);
  const { seconds, cpuSeconds, stderr } = await runMeasured(pinned(core, command));
  const { looked, passedOver, faces } = detectSummary(stderr);
  return { seconds, cpuSeconds, frames: looked + passedOver, looked, faces };
}

/** The Python loop; also gives what it found, in order. */
export async function python({
  video,
  cascade,
  broker,
  core,
}: Task): Promise<Run & { readonly boxes: Found[] }> {
  const command = peerCommand("detect_cv2.py", video, cascade, String(broker.port));
  const { seconds, cpuSeconds, stdout } = await runMeasured(pinned(core, command));
  const { frames, boxes } = JSON.parse(stdout);
  return { seconds, cpuSeconds, frames, looked: frames, faces: boxes.length, boxes };
}

/** What `facepipe detect` finds in a video with these arguments, in order. */
export async function findings(video: string, args: readonly string[]): Promise<Found[]> {
  const { stdout } = await runMeasured(detectCommand(video, "--dry-run", ...args));
  return faceLines(stdout).map(({ frame, box: { x, y, width, height } }) => [frame, x, y, width, height]);
}

function detectCommand(video: string, ...args: readonly string[]): string[] {
  return facepipeCommand("detect", "--camera", video, ...args);
}

function pinned(core: number, command: readonly string[]): string[] {
  return ["taskset", "-c", String(core), ...command];
}
