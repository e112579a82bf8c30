import type { NumberRange } from "../../base/number-ranges.ts";
import type { Style } from "../../base/terminal-style.ts";
import { visible } from "../../face/format.ts";
import { counted, formatCount } from "../stored-objects.ts";
import { type AuditReport, countOf, type EpochReport, sum } from "./report.ts";

const columns = ["camera", "epochs", "stored", "missing", "doubled", "dropped", "erased"] as const;

/** Ranges and epochs shown; the rest is counted. */
const mostRanges = 8;
const mostEpochs = 20;

/** A table of the cameras, what is missing or unknown in which epoch, and one sentence at the end. */
export function reportToText(report: AuditReport, style: Style): string[] {
  const { epochs } = report;
  const cameras = [...new Set(epochs.map(({ camera }) => camera))];
  const rows = cameras.map((camera) =>
    cameraRow(
      camera,
      epochs.filter((each) => each.camera === camera),
    ),
  );
  const faults = epochs.flatMap((epoch) => epochFaults(epoch, style));
  const open = epochs.filter(({ ended }) => !ended).map(openEpoch);
  return [
    ...(rows.length === 0 ? [] : [...table([columns, ...rows], style), ""]),
    ...shortened(faults, "epoch"),
    ...shortened(open, "epoch"),
    ...(faults.length + open.length === 0 ? [] : [""]),
    verdict(report),
  ];
}

function cameraRow(camera: string, epochs: readonly EpochReport[]): string[] {
  const total = (count: (epoch: EpochReport) => number) => formatCount(sum(epochs.map(count)));
  return [
    visible(camera),
    formatCount(epochs.length),
    total(({ stored }) => stored),
    total(({ missing }) => countOf(missing)),
    total(({ doubled }) => doubled),
    total(({ dropped }) => sum(dropped.map(({ ranges }) => countOf(ranges)))),
    total(({ erased }) => countOf(erased)),
  ];
}

function table(rows: readonly (readonly string[])[], style: Style): string[] {
  const widths = columns.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  const texts = rows.map((row) =>
    row
      .map((cell, index) => (index === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[index] ?? 0)))
      .join("  "),
  );
  const [head = "", ...rest] = texts;
  return [style.dim(head), ...rest];
}

function epochFaults({ camera, epoch, missing, doubled }: EpochReport, style: Style): string[] {
  const faults = [
    ...(missing.length === 0 ? [] : [`missing ${rangesToText(missing)}`]),
    ...(doubled === 0 ? [] : [`${counted(doubled, "face")} doubled`]),
  ];
  return faults.length === 0 ? [] : [style.bad(`${visible(camera)}, epoch ${epoch}: ${faults.join("; ")}`)];
}

function openEpoch({ camera, epoch, last }: EpochReport): string {
  return `${visible(camera)}, epoch ${epoch} has no record of its end: faces after ${formatCount(last)} are unknown`;
}

function shortened(texts: readonly string[], what: string): string[] {
  const rest = texts.length - mostEpochs;
  return rest <= 0 ? [...texts] : [...texts.slice(0, mostEpochs), `and ${counted(rest, `more ${what}`)}`];
}

/** `17, 20-31 and 12 more ranges` */
function rangesToText(ranges: readonly NumberRange[]): string {
  const shown = ranges
    .slice(0, mostRanges)
    .map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`));
  const rest = ranges.length - mostRanges;
  return rest <= 0 ? shown.join(", ") : `${shown.join(", ")} and ${counted(rest, "more range")}`;
}

function verdict({ epochs, complete, missing, doubled, foreign, rejected }: AuditReport): string {
  const stored = sum(epochs.map((epoch) => epoch.stored));
  const dropped = epochs.flatMap((epoch) => epoch.dropped);
  const reasons = [...new Set(dropped.map(({ reason }) => visible(reason)))].join(", ");
  const droppedCount = sum(dropped.map(({ ranges }) => countOf(ranges)));
  const erased = sum(epochs.map((epoch) => countOf(epoch.erased)));
  const open = epochs.filter(({ ended }) => !ended).length;
  const state = complete
    ? "all there"
    : [missing > 0 && `${formatCount(missing)} missing`, doubled > 0 && `${formatCount(doubled)} doubled`]
        .filter(Boolean)
        .join(", ");
  const notes = [
    droppedCount > 0 && `${formatCount(droppedCount)} dropped by rule (${reasons})`,
    erased > 0 && `${formatCount(erased)} erased`,
    open > 0 && `${counted(open, "epoch")} not ended`,
    foreign > 0 && `${counted(foreign, "foreign object")}`,
    rejected > 0 && `${counted(rejected, "rejected payload")}`,
  ];
  const total = `${counted(stored, "face")} of ${counted(epochs.length, "epoch")}`;
  return [`${total}: ${state}`, ...notes].filter(Boolean).join("; ");
}
