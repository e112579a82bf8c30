import { parseArgs } from "node:util";
import { refused } from "../../src/base/errors.ts";
import { orRefuse, wholeNumber } from "../support/command-line.ts";
import { sharedData } from "../support/data.ts";
import { type Candidate, candidate, everyone } from "./candidates.ts";

/** A folder of images and the file with what is marked in them. */
export interface ImageSet {
  readonly images: string;
  readonly labels: string;
}

export interface AccuracyChoices {
  readonly sets: readonly ImageSet[];
  readonly candidates: readonly Candidate[];
  /** Labels with a longer side below it count neither way, pixels. */
  readonly minLabel: number;
  readonly json: boolean;
}

/** Reads the command line. @throws UserError when it is wrong. */
export function readAccuracyChoices(): AccuracyChoices {
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
  const given = orRefuse(() => parseArgs({ options }).values);
  const { images, labels, score, "min-face": minFace, "min-label": minLabel } = given;
  const args = [
    ...(score === undefined ? [] : ["--score", part("score", score)]),
    ...(minFace === undefined ? [] : ["--min-face", String(wholeNumber("min-face", minFace))]),
  ];
  return {
    sets: chosenSets(images, labels),
    candidates: (given.detector ?? everyone).map((name) => candidate(name, args, given.model)),
    minLabel: minLabel === undefined ? 0 : wholeNumber("min-label", minLabel),
    json: given.json === true,
  };
}

function chosenSets(images: string | undefined, labels: string | undefined): ImageSet[] {
  if (images !== undefined && labels !== undefined) return [{ images, labels }];
  if (images !== undefined || labels !== undefined)
    throw refused("--images and --labels belong together", "Give both, or neither for the test data's own");
  return ["webcam_frames", "negatives"].map((name) => ({
    images: sharedData(`images/${name}`),
    labels: sharedData(`labels/${name}.json`),
  }));
}

function part(name: string, text: string): string {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && value <= 1) return text;
  throw refused(`--${name} must be a number from 0 to 1, not ${text}`);
}
