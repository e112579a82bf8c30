import { UserError } from "../base/errors.ts";
import { Credits } from "./credits.ts";
import { haarDetector } from "./haar.ts";
import type { FromChild, ToChild } from "./messages.ts";
import { loadOpenCv } from "./opencv.ts";
import { openSource } from "./sources/open.ts";
import { watch } from "./watch.ts";

/*
 * The vision process. OpenCV runs in a process of its own because a camera's read can block for ever and because its
 * addon is neither safe with calls in flight nor in a thread: here it is synchronous, and the parent watches.
 */

// Ctrl-C reaches every process of the terminal; when to stop is the parent's to say.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);
// Without a parent there is nobody to look for.
const die = () => process.kill(process.pid, "SIGKILL");
process.on("disconnect", die);

let credits = new Credits(0);
let stopped = false;

process.on("message", (message: ToChild) => {
  if (message.kind === "credit") credits.give();
  if (message.kind === "stop") {
    stopped = true;
    credits.release();
  }
  if (message.kind === "open") void run(message);
});

async function run(job: Extract<ToChild, { kind: "open" }>): Promise<void> {
  credits = new Credits(job.credits);
  const { settings, firstIndex } = job;
  let last: FromChild = { kind: "done" };
  try {
    const cv = loadOpenCv();
    const detector = haarDetector(cv, settings);
    const source = await openSource(cv, settings.camera, (text) => send({ kind: "warning", text }));
    const first = await source.read();
    send({ kind: "opened", info: source.info });
    if (first)
      await watch({
        cv,
        settings,
        source,
        detector,
        credits,
        first,
        firstIndex,
        send,
        stopped: () => stopped,
      });
    source.close();
  } catch (error) {
    last = failure(error);
  }
  process.off("disconnect", die);
  // The channel is all that keeps the process; it may close once the last word has left.
  process.send?.(last, () => process.disconnect());
}

function failure(error: unknown): FromChild {
  if (error instanceof UserError)
    return { kind: "failed", exitCode: error.exitCode, message: error.message, remedy: error.remedy };
  return { kind: "bug", stack: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

function send(message: FromChild): void {
  process.send?.(message);
}
