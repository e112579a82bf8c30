/** Progress of the set-up on stderr: one line per step. */

const terminal = process.stderr.isTTY === true;
const intervalSeconds = terminal ? 1 : 20;

/** A failure that the user can fix: printed without a stack. */
export class SetupFailure extends Error {
  constructor(message, remedy) {
    super(`${message}. ${remedy}`);
  }
}

export function report(step, text) {
  process.stderr.write(`${`${step}:`.padEnd(18)}${text}\n`);
}

/** Runs `work` and reports progress: on a terminal in one line that is updated, otherwise in a line every 20 s. */
export async function reportWhile(step, doing, work, progress = () => "") {
  const start = performance.now();
  const seconds = () => Math.round((performance.now() - start) / 1000);
  report(step, `${doing} ...`);
  const timer = setInterval(() => {
    const text = `${doing}: ${[progress(), `${seconds()} s`].filter(Boolean).join(", ")}`;
    if (terminal) process.stderr.write(`\r\x1b[K${`${step}:`.padEnd(18)}${text}`);
    else report(step, text);
  }, intervalSeconds * 1000);
  try {
    const result = await work();
    if (terminal) process.stderr.write("\r\x1b[K");
    report(step, `done in ${seconds()} s`);
    return result;
  } finally {
    clearInterval(timer);
    if (terminal) process.stderr.write("\r\x1b[K");
  }
}

/** Runs `work`; a SetupFailure is printed and ends the process with exit code 1. */
export async function exitOnFailure(work) {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SetupFailure)) throw error;
    process.stderr.write(`\n${error.message}\n`);
    process.exit(1);
  }
}
