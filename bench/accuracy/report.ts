import { machine, table } from "../support/report.ts";
import type { Verdict } from "./evaluate.ts";

/** A set of images, judged. */
export interface Judged {
  readonly folder: string;
  readonly images: number;
  readonly labels: number;
  readonly verdicts: readonly Verdict[];
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
export function reportAccuracy(sets: readonly Judged[], json: boolean): void {
  if (json) {
    const title = "accuracy";
    process.stdout.write(`${JSON.stringify({ title, machine: machine(), sets }, undefined, 2)}\n`);
    return;
  }
  const blocks = sets.map(({ folder, images, labels, verdicts }) => [
    `${folder}: ${images} images, ${labels} faces`,
    ...table([headings, ...verdicts.map(row)]),
    "",
  ]);
  const note = "ms/image: from the file to the finished cuts, without the program's start";
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
}: Verdict): string[] {
  const counts = [found, missed, falsePositives].map(String);
  return [
    detector,
    String(iou),
    shown(recall, 3),
    shown(precision, 3),
    ...counts,
    shown(ms, 1),
    shown(cpuMs, 1),
  ];
}

function shown(value: number | undefined, decimals: number): string {
  return value === undefined ? "-" : value.toFixed(decimals);
}
