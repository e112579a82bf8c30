import type { Mosquitto } from "../../test/support/mosquitto.ts";
import { type Measured, runMeasured } from "../support/measure.ts";
import { facepipeCommand, peerCommand } from "../support/programs.ts";

export interface Task {
  readonly video: string;
  readonly cascade: string;
  readonly broker: Mosquitto;
  /** All stop after so many faces. */
  readonly faces: number;
  /** Core that all processes of a contestant are held to: OpenCV's number of threads is then 1 for each. */
  readonly core: number;
}

/** A found face: index of its frame, x, y, width, height. */
export type Found = readonly [frame: number, x: number, y: number, width: number, height: number];

export type Figure = "rate" | "perCpuSecond" | "faces";

export async function facepipe(task: Task): Promise<Record<Figure, number>> {
  const { video, broker, faces } = task;
  const measured = await runMeasured(
    pinned(task, detectCommand(video, faces, "--broker", broker.url, "--qos", "1")),
  );
  const [, frames, seen] = /(\d+) frames, (\d+) faces/.exec(measured.stderr) ?? [];
  return figures(measured, Number(frames), Number(seen));
}

export async function python(task: Task): Promise<Record<Figure, number>> {
  const measured = await runMeasured(pinned(task, pythonCommand(task)));
  const { frames, boxes } = JSON.parse(measured.stdout);
  return figures(measured, frames, boxes.length);
}

/** What each finds, in order. */
export async function findings(task: Task): Promise<{ ours: Found[]; theirs: Found[] }> {
  const dry = await runMeasured(pinned(task, detectCommand(task.video, task.faces, "--dry-run")));
  const lines = dry.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const ours = lines.map(({ frame, box: { x, y, width, height } }): Found => [frame, x, y, width, height]);
  const peer = await runMeasured(pinned(task, pythonCommand(task)));
  return { ours, theirs: JSON.parse(peer.stdout).boxes };
}

function detectCommand(video: string, faces: number, ...more: readonly string[]): string[] {
  return facepipeCommand(
    "detect",
    "--camera",
    video,
    "--detector",
    "haar",
    "--limit",
    String(faces),
    ...more,
  );
}

function pythonCommand({ video, cascade, broker, faces }: Task): string[] {
  return peerCommand("detect_cv2.py", video, cascade, String(broker.port), String(faces));
}

function pinned({ core }: Task, command: readonly string[]): string[] {
  return ["taskset", "-c", String(core), ...command];
}

function figures({ seconds, cpuSeconds }: Measured, frames: number, faces: number): Record<Figure, number> {
  return { rate: frames / seconds, perCpuSecond: frames / cpuSeconds, faces };
}
