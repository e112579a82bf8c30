import { machine, table } from "../support/report.ts";
import type { Evaluation } from "./evaluate.ts";

/** The results for a set of images. */
export interface EvaluatedSet {
  readonly folder: string;
  readonly images: number;
  readonly labels: number;
  readonly evaluations: readonly Evaluation[];
}

const headings = [
  "",
  "IoU",
  "recall",
  "precision",
  "found",
  "missed",
  "false positives",
  "ms/image",
  "CPU ms/image",
];

/** A table for each set, or all as one JSON document, on stdout. */
export function reportAccuracy(sets: readonly EvaluatedSet[], json: boolean): void {
  if (json) {
    const title = "accuracy";
    process.stdout.write(`${JSON.stringify({ title, machine: machine(), sets }, undefined, 2)}\n`);
    return;
  }
  const blocks = sets.map(({ folder, images, labels, evaluations }) => [
    `${folder}: ${images} images, ${labels} faces`,
    ...table([headings, ...evaluations.map(row)]),
    "",
  ]);
  const note = "ms/image: from the file to the cropped faces, without the program's start";
  process.stdout.write(["accuracy of facepipe detect", machine(), "", ...blocks.flat(), note, ""].join("\n"));
}

function row({
  detector,
  iou,
  recall,
  precision,
  found,
  missed,
  falsePositives,
  ms,
  cpuMs,
}: Evaluation): string[] {
  const counts = [found, missed, falsePositives].map(String);
  return [
    detector,
    String(iou),
    formatted(recall, 3),
    formatted(precision, 3),
    ...counts,
    formatted(ms, 1),
    formatted(cpuMs, 1),
  ];
}

function formatted(value: number | undefined, decimals: number): string {
  return value === undefined ? "-" : value.toFixed(decimals);
}
