import { median } from "../support/statistics.ts";
import { type Looked, look } from "./analyze.ts";
import type { Candidate } from "./candidates.ts";
import type { LabelledImage } from "./images.ts";
import { type Counts, compare } from "./match.ts";

/** Intersection over union from which on a label is found: WIDER's eyes and PASCAL's. */
const thresholds = [0.4, 0.5] as const;
/** The start is measured so often; it is short, and so the noisiest of all. */
const starts = 3;
/** Of fewer images the start's own variation would be most of what is told. */
const fewest = 10;

/** How well a detector did on a set of images, at one threshold. */
export interface Verdict extends Counts {
  readonly detector: string;
  readonly iou: number;
  /** Labels that were found, as a part of all; undefined when there are none. */
  readonly recall: number | undefined;
  /** Detections that are right, as a part of all; undefined when there are none. */
  readonly precision: number | undefined;
  /** Elapsed for one image more, milliseconds; undefined for a few images. */
  readonly ms: number | undefined;
  /** The same in CPU time of all processes. */
  readonly cpuMs: number | undefined;
}

/** Runs one detector over the images and compares what it found with what is marked. */
export async function judge(images: readonly LabelledImage[], { name, args }: Candidate): Promise<Verdict[]> {
  const looked = await look(images, args);
  const costs = await costsOf(images, args, looked);
  return thresholds.map((iou) => {
    const each = images.map((image) => compare(looked.detections.get(image) ?? [], image, iou));
    const sum = (count: keyof Counts) => each.reduce((total, counts) => total + counts[count], 0);
    const [found, missed, falsePositives] = [sum("found"), sum("missed"), sum("falsePositives")];
    const recall = part(found, found + missed);
    const precision = part(found, found + falsePositives);
    return { detector: name, iou, found, missed, falsePositives, recall, precision, ...costs };
  });
}

/** What an image costs, the program's start taken off: that is a run over the first image alone. */
async function costsOf(images: readonly LabelledImage[], args: readonly string[], all: Looked) {
  const more = images.length - 1;
  if (images.length < fewest) return { ms: undefined, cpuMs: undefined };
  const alone: Looked[] = [];
  for (let start = 0; start < starts; start++) alone.push(await look(images.slice(0, 1), args));
  const beyondStart = (cost: "seconds" | "cpuSeconds") =>
    ((all[cost] - median(alone.map((one) => one[cost]))) * 1000) / more;
  return { ms: beyondStart("seconds"), cpuMs: beyondStart("cpuSeconds") };
}

function part(some: number, all: number): number | undefined {
  return all === 0 ? undefined : some / all;
}
