import { type Summary, summarize } from "./statistics.ts";

/** One of the programs compared; `run` returns the figures of one run by name. */
export interface Implementation<F extends string> {
  readonly name: string;
  run(): Promise<Readonly<Record<F, number>>>;
}

export type Results<F extends string> = ReadonlyMap<string, Readonly<Record<F, Summary>>>;

/** Interleaves the runs, A B A B: other load of the machine affects all of them alike. */
export async function runRounds<F extends string>(
  implementations: readonly Implementation<F>[],
  rounds: number,
): Promise<Results<F>> {
  const runs = new Map(implementations.map(({ name }) => [name, [] as Readonly<Record<F, number>>[]]));
  for (let round = 1; round <= rounds; round++) {
    for (const { name, run } of implementations) {
      process.stderr.write(`round ${round} of ${rounds}: ${name}\n`);
      const figures = await run();
      process.stderr.write(`  ${inWords(figures)}\n`);
      runs.get(name)?.push(figures);
    }
  }
  return new Map([...runs].map(([name, each]) => [name, summarizeRuns(each)]));
}

/** The median, minimum and maximum of each figure over the runs. */
export function summarizeRuns<F extends string>(runs: readonly Readonly<Record<F, number>>[]) {
  const names = Object.keys(runs[0] ?? {}) as F[];
  const summaries = names.map((name) => [name, summarize(runs.map((run) => run[name]))]);
  return Object.fromEntries(summaries) as Record<F, Summary>;
}

function inWords(figures: Readonly<Record<string, number>>): string {
  const parts = Object.entries(figures).map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`);
  return parts.join(", ");
}
