import { linearRegression, type Point, type Regression } from "../support/linear-regression.ts";
import { summarizeRuns } from "../support/rounds.ts";
import { median, quantile } from "../support/statistics.ts";
import type { Age } from "./ages.ts";

export type Figure = "median" | "p99" | "most" | "pictures";

/** Excluded from the growth: the first pictures wait for the connection to the broker, milliseconds. */
const startup = 5000;

/** The ages in the first `seconds`, in the last `seconds`, and all. */
export function rowsOf(ages: readonly Age[], seconds: number) {
  const [begun, ended] = [ages[0]?.time ?? 0, ages.at(-1)?.time ?? 0];
  return new Map([
    [`first ${seconds} s`, figures(ages.filter(({ time }) => time < begun + seconds * 1000))],
    [`last ${seconds} s`, figures(ages.filter(({ time }) => time > ended - seconds * 1000))],
    ["all", figures(ages)],
  ]);
}

/** Growth of the age, milliseconds per minute: a linear regression of the median of each second. */
export function growthOf(ages: readonly Age[]): Regression {
  const from = (ages[0]?.time ?? 0) + startup;
  const seconds = new Map<number, number[]>();
  for (const { time, age } of ages.filter((each) => each.time >= from)) {
    const second = Math.floor((time - from) / 1000);
    seconds.set(second, [...(seconds.get(second) ?? []), age]);
  }
  return linearRegression([...seconds].map(([second, each]): Point => ({ x: second / 60, y: median(each) })));
}

function figures(ages: readonly Age[]) {
  const all = ages.map(({ age }) => age);
  return summarizeRuns<Figure>([
    { median: median(all), p99: quantile(all, 0.99), most: Math.max(...all), pictures: all.length },
  ]);
}
