import { runMeasured } from "../support/measure.ts";
import { facepipeCommand } from "../support/programs.ts";
import { median } from "../support/statistics.ts";

/** Median duration of `facepipe log --help` and of an empty Node.js program, over `times` runs, milliseconds. */
export async function measureHelp(times: number): Promise<{ readonly help: number; readonly empty: number }> {
  const help: number[] = [];
  const empty: number[] = [];
  for (let time = 0; time < times; time++) {
    help.push((await runMeasured(facepipeCommand("log", "--help"))).seconds * 1000);
    empty.push((await runMeasured([process.execPath, "-e", "0"])).seconds * 1000);
  }
  return { help: median(help), empty: median(empty) };
}
