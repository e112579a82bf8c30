import { sizeOf } from "../../test/drill/check.ts";
import type { DrillResult } from "../../test/drill/drill.ts";
import { medianRecovery, type Recovery } from "../../test/drill/recovery.ts";
import { machine, table } from "../support/report.ts";
import { quantile } from "../support/statistics.ts";
import type { MemoryUse } from "./memory.ts";

/** How many ranges of lost faces are printed. */
const mostLostRanges = 50;

/** The tables of a drill, as lines of text. */
export function reportDrill(result: DrillResult, memory: readonly MemoryUse[]): string[] {
  return [
    machine(),
    "",
    ...faultTable(result.recoveries),
    "",
    ...table([["", ""], ...totals(result)]).slice(1),
    "",
    ...table([
      ["resident memory, MB", "start", "most", "growth"],
      ...memory.map(({ name, ...figures }) => [
        name,
        ...[figures.start, figures.most, figures.growth].map(decimal),
      ]),
    ]),
    "",
    ...lostFaces(result),
    ...(result.failures.length === 0 ? ["passed"] : result.failures.map((failure) => `FAILED ${failure}`)),
  ];
}

function faultTable(all: readonly Recovery[]): string[] {
  const figures = ["first face s: median", "most", "of", "backlog s: median", "most", "of"];
  const names = [...new Set(all.map(({ name }) => name))].sort();
  const row = (name: string, each: readonly Recovery[]) => {
    const cells = [each.map(({ first }) => first), each.map(({ backlog }) => backlog)].flatMap(summary);
    return [name, String(each.length), ...cells];
  };
  const rows = names.map((name) =>
    row(
      name,
      all.filter((recovery) => recovery.name === name),
    ),
  );
  return table([["fault", "times", ...figures], ...rows, row("all", all)]);
}

/** The median of all, the maximum of the values that could be measured, and their number. */
function summary(values: readonly (number | undefined)[]): string[] {
  const measured = values.filter((value) => value !== undefined);
  const middle = medianRecovery(values);
  const most = measured.length === 0 ? "-" : decimal(Math.max(...measured));
  return [middle === undefined ? "hidden" : decimal(middle), most, String(measured.length)];
}

function totals({ check, audit, faces, dropped, ...result }: DrillResult): string[][] {
  const ages = faces.map(({ capturedAt, storedAt }) => (storedAt - capturedAt) / 1000);
  const byReason = Object.entries({ ...check.dropped, ...dropped }).map(
    ([reason, count]) => `${count} ${reason}`,
  );
  const exits = Object.entries(result.unexpectedExits).filter(([, codes]) => codes.length > 0);
  return [
    ["duration, s", decimal(result.seconds)],
    ["faces counted", String(check.counted)],
    ["stored", String(check.stored)],
    ["lost", String(check.lost.reduce((sum, lost) => sum + sizeOf(lost), 0))],
    ["doubled", String(check.doubled)],
    ["dropped", byReason.join(", ") || "0"],
    ["audit", audit ? `${audit.missing} missing, ${audit.doubled} doubled` : "not in this build"],
    ["repeats sent", String(result.resent)],
    [
      "capture to stored, s: median, 99 %, most",
      [0.5, 0.99, 1].map((share) => decimal(quantile(ages, share))).join(", "),
    ],
    ["caught up after the last fault, s", decimal(result.catchUpSeconds ?? Number.NaN)],
    ["spool drained after the end, s", decimal(result.drainSeconds)],
    [
      "ended by themselves",
      exits.map(([name, codes]) => `${name} (${codes.join(", ")})`).join(", ") || "none",
    ],
  ];
}

/** Which faces are lost, and the fault in which they were captured. */
function lostFaces({ check, recoveries }: DrillResult): string[] {
  const rest = check.lost.length - mostLostRanges;
  const ranges = check.lost.slice(0, mostLostRanges).map((lost) => {
    const { epoch, range, capturedAt } = lost;
    const fault = recoveries
      .filter(({ begin }) => begin <= capturedAt + 1000)
      .sort((a, b) => b.begin - a.begin)[0];
    const during = fault
      ? `${fault.name}, ${new Date(fault.begin).toISOString()} to ${new Date(fault.end).toISOString()}`
      : "none yet";
    return (
      `LOST ${sizeOf(lost)} faces, epoch ${epoch}, seq ${range.join(" to ")}, ` +
      `captured about ${new Date(capturedAt).toISOString()}; last fault before: ${during}`
    );
  });
  return rest > 0 ? [...ranges, `... and ${rest} more ranges (--json FILE has all)`] : ranges;
}

function decimal(value: number): string {
  return Number.isFinite(value) ? value.toFixed(1) : "-";
}
