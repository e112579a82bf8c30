import { cpus } from "node:os";
import type { Results } from "./rounds.ts";
import type { Summary } from "./statistics.ts";

/** A figure as a column: heading and number of decimals. */
export type Columns<F extends string> = Readonly<Record<F, readonly [heading: string, decimals: number]>>;

/** A target of the benchmark, and its value in this run. */
export interface Target {
  readonly what: string;
  readonly value: number;
  /** Met when the value is at least this, or at most that. */
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** Prints medians with minimum and maximum, then the targets; or all of it as JSON. */
export function report<F extends string>(
  title: string,
  columns: Columns<F>,
  results: Results<F>,
  targets: readonly Target[],
  json: boolean,
): void {
  const checked = targets.map((target) => ({ ...target, met: isMet(target) }));
  if (json) {
    const all = { title, machine: machine(), results: Object.fromEntries(results), targets: checked };
    process.stdout.write(`${JSON.stringify(all, undefined, 2)}\n`);
    return;
  }
  const figures = Object.keys(columns) as F[];
  const rows = [...results].map(([name, row]) => [
    name,
    ...figures.map((figure) => cell(row[figure], columns[figure][1])),
  ]);
  const lines = table([["", ...figures.map((figure) => columns[figure][0])], ...rows]);
  const verdicts = checked.map(
    (target) =>
      `${target.met ? "met   " : "MISSED"} ${target.what}: ${target.value.toFixed(2)} (target ${bounds(target)})`,
  );
  process.stdout.write(
    [title, `${machine()}; median (minimum-maximum)`, "", ...lines, "", ...verdicts, ""].join("\n"),
  );
}

function isMet({ value, atLeast = -Infinity, atMost = Infinity }: Target): boolean {
  return value >= atLeast && value <= atMost;
}

function bounds({ atLeast, atMost }: Target): string {
  if (atLeast === atMost) return `exactly ${atLeast}`;
  const least = atLeast === undefined ? [] : [`at least ${atLeast}`];
  const most = atMost === undefined ? [] : [`at most ${atMost}`];
  return [...least, ...most].join(", ");
}

function cell({ median, least, most }: Summary, decimals: number): string {
  const [middle, low, high] = [median, least, most].map((value) => value.toFixed(decimals));
  return low === high ? `${middle}` : `${middle} (${low}-${high})`;
}

/** Lays out rows in columns: the first aligned left, the others right. */
export function table(rows: readonly string[][]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    row
      .map((text, column) =>
        column === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[column] ?? 0),
      )
      .join("  "),
  );
}

export function machine(): string {
  const [first] = cpus();
  return `${cpus().length} cores (${first?.model.trim()}), Node.js ${process.version}`;
}
