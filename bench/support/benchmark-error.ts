/** An error that the benchmark's user can fix: printed without a stack. `remedy` says how, if `message` does not. */
export class BenchmarkError extends Error {
  constructor(message: string, remedy = "", cause?: unknown) {
    super(remedy === "" ? message : `${message}. ${remedy}`, { cause });
  }
}
