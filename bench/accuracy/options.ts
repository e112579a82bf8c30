import { parseArgs } from "node:util";
import { BenchmarkError } from "../support/benchmark-error.ts";
import { parseOrThrow, wholeNumber } from "../support/command-line.ts";
import { sharedData } from "../support/data.ts";
import { type Candidate, defaultDetectors, parseCandidate } from "./candidates.ts";

/** A folder of images and the file with their labels. */
export interface ImageSet {
  readonly images: string;
  readonly labels: string;
}

export interface AccuracyOptions {
  readonly sets: readonly ImageSet[];
  readonly candidates: readonly Candidate[];
  /** Labels whose longer side is below this are ignored, pixels. */
  readonly minLabel: number;
  readonly json: boolean;
}

/** Reads the command line. @throws BenchmarkError when it is wrong. */
export function readAccuracyOptions(): AccuracyOptions {
  const text = { type: "string" } as const;
  const options = {
    images: text,
    labels: text,
    detector: { ...text, multiple: true },
    model: text,
    score: text,
    "min-face": text,
    "min-label": text,
    json: { type: "boolean" },
  } as const;
  const values = parseOrThrow(() => parseArgs({ options }).values);
  const { images, labels, score, "min-face": minFace, "min-label": minLabel } = values;
  const args = [
    ...(score === undefined ? [] : ["--score", zeroToOne("score", score)]),
    ...(minFace === undefined ? [] : ["--min-face", String(wholeNumber("min-face", minFace))]),
  ];
  return {
    sets: imageSets(images, labels),
    candidates: (values.detector ?? defaultDetectors).map((name) => parseCandidate(name, args, values.model)),
    minLabel: minLabel === undefined ? 0 : wholeNumber("min-label", minLabel),
    json: values.json === true,
  };
}

function imageSets(images: string | undefined, labels: string | undefined): ImageSet[] {
  if (images !== undefined && labels !== undefined) return [{ images, labels }];
  if (images !== undefined || labels !== undefined)
    throw new BenchmarkError(
      "--images and --labels need each other",
      "Set both, or neither to use the test data's sets",
    );
  return ["webcam_frames", "negatives"].map((name) => ({
    images: sharedData(`images/${name}`),
    labels: sharedData(`labels/${name}.json`),
  }));
}

function zeroToOne(name: string, text: string): string {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && value <= 1) return text;
  throw new BenchmarkError(`--${name} must be a number from 0 to 1, not ${text}`);
}
