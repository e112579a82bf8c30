import { describe, UserError } from "../../src/base/errors.ts";
import { BenchmarkError } from "./benchmark-error.ts";

/** Runs a benchmark: an error that its user can fix is printed as a sentence, with exit code 1; a bug keeps its stack. */
export async function runBenchmark(benchmark: () => Promise<void>): Promise<void> {
  try {
    await benchmark();
  } catch (error) {
    if (!(error instanceof BenchmarkError || error instanceof UserError)) throw error;
    process.stderr.write(`${describe(error)}\n`);
    process.exitCode = 1;
  }
}
