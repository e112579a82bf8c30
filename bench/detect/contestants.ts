import type { Mosquitto } from "../../test/support/mosquitto.ts";
import { detectSummary, faceLines } from "../support/detect.ts";
import { type Measured, runMeasured } from "../support/measure.ts";
import { facepipeCommand, peerCommand } from "../support/programs.ts";

export interface Task {
  readonly video: string;
  readonly cascade: string;
  readonly broker: Mosquitto;
  /** Core that all processes of a contestant are held to: OpenCV's number of threads is then 1 for each. */
  readonly core: number;
}

/** A found face: index of its frame, x, y, width, height. */
export type Found = readonly [frame: number, x: number, y: number, width: number, height: number];

export type Figure = "rate" | "perCpuSecond" | "looked" | "faces";

/** `facepipe detect` with these arguments, to the end of the video, its faces published. */
export async function facepipe(task: Task, args: readonly string[]): Promise<Record<Figure, number>> {
  const measured = await runMeasured(
    pinned(task, detectCommand(task.video, "--broker", task.broker.url, "--qos", "1", ...args)),
  );
  const { looked, passedOver, faces } = detectSummary(measured.stderr);
  return figures(measured, looked + passedOver, looked, faces);
}

/** The Python loop, to the end of the video; also gives what it found, in order. */
export async function python({
  video,
  cascade,
  broker,
  core,
}: Task): Promise<{ readonly figures: Record<Figure, number>; readonly boxes: Found[] }> {
  const command = peerCommand("detect_cv2.py", video, cascade, String(broker.port));
  const measured = await runMeasured(pinned({ core }, command));
  const { frames, boxes } = JSON.parse(measured.stdout);
  return { figures: figures(measured, frames, frames, boxes.length), boxes };
}

/** What `facepipe detect` finds in a video with these arguments, in order. */
export async function findings(video: string, args: readonly string[]): Promise<Found[]> {
  const { stdout } = await runMeasured(detectCommand(video, "--dry-run", ...args));
  return faceLines(stdout).map(({ frame, box: { x, y, width, height } }) => [frame, x, y, width, height]);
}

function detectCommand(video: string, ...args: readonly string[]): string[] {
  return facepipeCommand("detect", "--camera", video, ...args);
}

function pinned({ core }: Pick<Task, "core">, command: readonly string[]): string[] {
  return ["taskset", "-c", String(core), ...command];
}

function figures(
  { seconds, cpuSeconds }: Measured,
  frames: number,
  looked: number,
  faces: number,
): Record<Figure, number> {
  return { rate: frames / seconds, perCpuSecond: frames / cpuSeconds, looked, faces };
}
