/** What a reader sees of the set-up: one line for each step, on stderr. */

const terminal = process.stderr.isTTY === true;
const ofWorkEverySeconds = terminal ? 1 : 20;

/** A failure the reader can do something about: shown without a stack. */
export class SetupFailure extends Error {
  constructor(message, remedy) {
    super(`${message}. ${remedy}`);
  }
}

export function say(step, text) {
  process.stderr.write(`${`${step}:`.padEnd(18)}${text}\n`);
}

/** Does `work`, showing that it is alive: on a terminal a line that counts, else a line now and then. */
export async function sayWhile(step, doing, work, progress = () => "") {
  const start = performance.now();
  const seconds = () => Math.round((performance.now() - start) / 1000);
  say(step, `${doing} ...`);
  const timer = setInterval(() => {
    const text = `${doing}: ${[progress(), `${seconds()} s`].filter(Boolean).join(", ")}`;
    if (terminal) process.stderr.write(`\r\x1b[K${`${step}:`.padEnd(18)}${text}`);
    else say(step, text);
  }, ofWorkEverySeconds * 1000);
  try {
    const result = await work();
    if (terminal) process.stderr.write("\r\x1b[K");
    say(step, `done in ${seconds()} s`);
    return result;
  } finally {
    clearInterval(timer);
    if (terminal) process.stderr.write("\r\x1b[K");
  }
}

/** Runs `work`; a SetupFailure becomes its sentence and exit code 1. */
export async function endingWell(work) {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SetupFailure)) throw error;
    process.stderr.write(`\n${error.message}\n`);
    process.exit(1);
  }
}
