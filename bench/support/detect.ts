import { BenchmarkError } from "./benchmark-error.ts";
import { findSharedData } from "./data.ts";

/** Arguments of detect for YuNet, with the test data's model if it exists; otherwise detect uses its own. */
export function yunetArguments(model = findSharedData("models/yunet_n_dynamic.onnx")): string[] {
  return ["--detector", "yunet", ...(model === undefined ? [] : ["--model", model])];
}

/** One line of a dry run: a face. */
export interface FaceLine {
  /** The frame's index in the source, from 0. */
  readonly frame: number;
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  readonly score: number;
  readonly file?: string;
}

/** The faces in the output of a dry run. */
export function faceLines(stdout: string): FaceLine[] {
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

/** The summary that detect logs at its end. */
export interface DetectSummary {
  readonly analyzed: number;
  /** Frames that were not analyzed at, because nothing moved. */
  readonly skipped: number;
  readonly faces: number;
}

/** Reads the summary from the log. @throws BenchmarkError, with the log, when there is none. */
export function detectSummary(log: string): DetectSummary {
  const [, analyzed, faces] = /(\d+) frames, (\d+) faces/.exec(log) ?? [];
  const [, skipped = 0] = /(\d+) frames (?:skipped|passed over)/.exec(log) ?? [];
  if (analyzed === undefined) throw new BenchmarkError(`detect logged no summary. Its log:\n${log}`);
  return { analyzed: Number(analyzed), skipped: Number(skipped), faces: Number(faces) };
}
