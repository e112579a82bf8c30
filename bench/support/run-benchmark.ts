import { UserError } from "../../src/base/errors.ts";

/** Runs a benchmark: what its user can put right is told in a sentence, with exit code 1; a bug keeps its stack. */
export async function plainly(benchmark: () => Promise<void>): Promise<void> {
  try {
    await benchmark();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(`${error.sentence}\n`);
    process.exitCode = 1;
  }
}
