import { median } from "../support/statistics.ts";
import { type Analysis, analyze } from "./analyze.ts";
import type { Candidate } from "./candidates.ts";
import type { LabelledImage } from "./images.ts";
import { type Counts, compare } from "./match.ts";

/** Minimum intersection over union of a detection and its label: for WIDER FACE, and as in PASCAL VOC. */
const thresholds = [0.4, 0.5] as const;
/** How often the program's start is measured: it is short, so its relative noise is the largest. */
const startRuns = 3;
/** With fewer images the variation of the start would dominate the result. */
const minImages = 10;

/** How well a detector did on a set of images, at one threshold. */
export interface Evaluation extends Counts {
  readonly detector: string;
  readonly iou: number;
  /** Share of the labels that were found; undefined when there are none. */
  readonly recall: number | undefined;
  /** Share of the detections that are right; undefined when there are none. */
  readonly precision: number | undefined;
  /** Elapsed per image, without the program's start, milliseconds; undefined below `minImages`. */
  readonly ms: number | undefined;
  /** The same in CPU time of all processes. */
  readonly cpuMs: number | undefined;
}

/** Runs one detector over the images and compares its detections with the labels. */
export async function evaluate(
  images: readonly LabelledImage[],
  { name, args }: Candidate,
): Promise<Evaluation[]> {
  const analysis = await analyze(images, args);
  const costs = await costsOf(images, args, analysis);
  return thresholds.map((iou) => {
    const each = images.map((image) => compare(analysis.detections.get(image) ?? [], image, iou));
    const sum = (count: keyof Counts) => each.reduce((total, counts) => total + counts[count], 0);
    const [found, missed, falsePositives] = [sum("found"), sum("missed"), sum("falsePositives")];
    const recall = ratio(found, found + missed);
    const precision = ratio(found, found + falsePositives);
    return { detector: name, iou, found, missed, falsePositives, recall, precision, ...costs };
  });
}

/** The cost of an image without the program's start, which a run over the first image alone measures. */
async function costsOf(images: readonly LabelledImage[], args: readonly string[], all: Analysis) {
  const more = images.length - 1;
  if (images.length < minImages) return { ms: undefined, cpuMs: undefined };
  const alone: Analysis[] = [];
  for (let start = 0; start < startRuns; start++) alone.push(await analyze(images.slice(0, 1), args));
  const beyondStart = (cost: "seconds" | "cpuSeconds") =>
    ((all[cost] - median(alone.map((one) => one[cost]))) * 1000) / more;
  return { ms: beyondStart("seconds"), cpuMs: beyondStart("cpuSeconds") };
}

function ratio(some: number, all: number): number | undefined {
  return all === 0 ? undefined : some / all;
}
