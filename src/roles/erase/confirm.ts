import { createInterface } from "node:readline";
import { doneBefore } from "../../base/abort.ts";

/** Whether a person can be asked: standard input and standard error are a terminal. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/** Asks on standard error; only y and yes mean yes. Rejects when `signal` aborts. */
export async function confirm(question: string, signal: AbortSignal): Promise<boolean> {
  // Not as a terminal: readline would take Ctrl-C for itself.
  const lines = createInterface({ input: process.stdin, terminal: false });
  try {
    process.stderr.write(`${question} [y/N] `);
    const answer = lines[Symbol.asyncIterator]().next();
    if (!(await doneBefore(answer, signal))) throw signal.reason;
    return /^\s*y(es)?\s*$/i.test((await answer).value ?? "");
  } finally {
    lines.close();
  }
}
