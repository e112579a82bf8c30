import { setImmediate as turn } from "node:timers/promises";
import { UserError } from "../../base/errors.ts";
import type { FromWorker, ToWorker } from "../messages.ts";
import { Credits } from "./credits.ts";
import { createDetector } from "./detectors/create-detector.ts";
import { FrameAnalyzer } from "./frame-analyzer.ts";
import { createFrameFilter } from "./frame-filter.ts";
import { runFrameLoop } from "./frame-loop.ts";
import { loadOpenCv } from "./opencv.ts";
import { createPrivacyMask } from "./privacy-mask.ts";
import { ResultBatcher } from "./result-batcher.ts";
import { openSource } from "./sources/open.ts";
import type { Source } from "./sources/source.ts";

/*
 * The vision process. OpenCV runs in a process of its own because a camera's read can block for ever and because its
 * addon is neither safe with calls in flight nor in a thread: here it is synchronous, and the parent watches.
 */

// Ctrl-C reaches every process of the terminal; when to stop is the parent's to say.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);
// Without a parent there is nobody to look for.
const die = () => process.kill(process.pid, "SIGKILL");
process.on("disconnect", die);

/** So often the parent hears of us at least, ms. No timer runs while a camera's read blocks: its silence tells. */
const heartbeat = 250;

let credits = new Credits(0);
let stopped = false;

process.on("message", (message: ToWorker) => {
  if (message.kind === "credit") credits.grant();
  if (message.kind === "stop") {
    stopped = true;
    credits.cancel();
  }
  if (message.kind === "open") void run(message);
});

async function run({ settings, from }: Extract<ToWorker, { kind: "open" }>): Promise<void> {
  credits = new Credits(from.credits);
  const batcher = new ResultBatcher(from, send);
  let last: FromWorker = { kind: "done" };
  try {
    const cv = loadOpenCv();
    const detector = await createDetector(cv, settings);
    const source = await openSource(cv, settings.camera, (text) => send({ kind: "warning", text }));
    const opened = () => {
      send({ kind: "opened", info: source.info });
      setInterval(() => send({ kind: "alive" }), heartbeat).unref();
    };
    // One that was open before gives frames; to find the place in a long recording again takes its time.
    if (from.skip > 0) opened();
    await skip(source, from.skip);
    const first = await source.read();
    if (from.skip === 0) opened();
    await runFrameLoop({
      settings,
      source,
      mask: createPrivacyMask(cv, settings.masks),
      filter: createFrameFilter(cv, settings),
      analyzer: new FrameAnalyzer(cv, detector, settings, from.visit),
      credits,
      first,
      from,
      batcher,
      stopped: () => stopped,
    });
    source.close();
  } catch (error) {
    last = failure(error);
  }
  batcher.flush();
  process.off("disconnect", die);
  // The channel is all that keeps the process; it may close once the last word has left.
  process.send?.(last, () => process.disconnect());
}

/** Passes over frames that were seen before this process was. */
async function skip(source: Source, frames: number): Promise<void> {
  for (let left = frames; left > 0 && !stopped; left--) {
    const grabbed = await source.read();
    if (!grabbed) return;
    grabbed.mat.release();
    await turn();
  }
}

function failure(error: unknown): FromWorker {
  if (error instanceof UserError)
    return { kind: "failed", code: error.code, message: error.message, remedy: error.remedy };
  return { kind: "bug", stack: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

function send(message: FromWorker): void {
  process.send?.(message);
}
