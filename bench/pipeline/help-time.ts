import { runMeasured } from "../support/measure.ts";
import { facepipeCommand } from "../support/programs.ts";
import { median } from "../support/statistics.ts";

/** Milliseconds that `facepipe log --help` takes, and an empty Node.js program beside it: the medians of `times`. */
export async function helpTime(times: number): Promise<{ readonly help: number; readonly empty: number }> {
  const help: number[] = [];
  const empty: number[] = [];
  for (let time = 0; time < times; time++) {
    help.push((await runMeasured(facepipeCommand("log", "--help"))).seconds * 1000);
    empty.push((await runMeasured([process.execPath, "-e", "0"])).seconds * 1000);
  }
  return { help: median(help), empty: median(empty) };
}
