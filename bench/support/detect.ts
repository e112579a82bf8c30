import { refused } from "../../src/base/errors.ts";
import { findSharedData } from "./data.ts";

/** Arguments of detect for YuNet, with the test data's model when it is there; else detect takes its own. */
export function yunetArguments(model = findSharedData("models/yunet_n_dynamic.onnx")): string[] {
  return ["--detector", "yunet", ...(model === undefined ? [] : ["--model", model])];
}

/** One line of a dry run: a face. */
export interface FaceLine {
  /** The frame's place in the source, from 0. */
  readonly frame: number;
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  readonly score: number;
  readonly file?: string;
}

/** The faces that a dry run has printed. */
export function faceLines(stdout: string): FaceLine[] {
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

/** What detect says at its end. */
export interface DetectSummary {
  readonly looked: number;
  /** Frames that were not looked at, because nothing moved. */
  readonly passedOver: number;
  readonly faces: number;
}

/** Reads it from the log. @throws UserError, with the log, when it is not there. */
export function detectSummary(log: string): DetectSummary {
  const [, looked, faces] = /(\d+) frames, (\d+) faces/.exec(log) ?? [];
  const [, passedOver = 0] = /(\d+) frames passed over/.exec(log) ?? [];
  if (looked === undefined) throw refused(`detect has given no summary. It said:\n${log}`);
  return { looked: Number(looked), passedOver: Number(passedOver), faces: Number(faces) };
}
