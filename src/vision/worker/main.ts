import { setImmediate as nextTurn } from "node:timers/promises";
import { UserError } from "../../base/errors.ts";
import { Gate } from "../../base/gate.ts";
import { delayOptimization, startOptimization } from "../../base/v8-heap.ts";
import { isStills } from "../source-kind.ts";
import type { FromWorker, ToWorker } from "../worker-messages.ts";
import { Credits } from "./credits.ts";
import { createDetector } from "./detectors/create-detector.ts";
import { smallFaceWarning } from "./detectors/small-faces.ts";
import { runFrameLoop } from "./frame-loop.ts";
import { liveWithSupervisor } from "./live-with-supervisor.ts";
import { measureSource } from "./measure/measure-source.ts";
import { loadOpenCv } from "./opencv.ts";
import { isIntact } from "./picture.ts";
import { ResultBatcher } from "./result-batcher.ts";
import { openSource } from "./sources/open.ts";
import type { Source } from "./sources/source.ts";

/*
 * The vision worker. OpenCV runs in a process of its own because a camera's read can block forever, and because its addon
 * is safe neither with concurrent calls nor in a thread: here it is called synchronously, and the supervisor watches.
 */

delayOptimization();
const mayDisconnect = liveWithSupervisor();

/**
 * Time between two heartbeats, ms. No timer runs while a camera's read blocks, and there is none while a camera is silent:
 * the watchdog notices.
 */
const heartbeat = 250;

let credits = new Credits(0);
/** Closed while a recording waits. */
const gate = new Gate();
gate.close();
let stopped = false;
let opened: Source | undefined;

process.on("message", (message: ToWorker) => {
  if (message.kind === "credit") credits.grant();
  if (message.kind === "pause") gate.close();
  if (message.kind === "resume") gate.open();
  if (message.kind === "stop") {
    stopped = true;
    credits.cancel();
    gate.open();
    // It may wait for a frame that comes late or never.
    if (opened?.silence) opened.close();
  }
  if (message.kind === "open") void end(() => run(message));
  if (message.kind === "measure") void end(() => measureSource(message, send));
});

async function run({ settings, from }: Extract<ToWorker, { kind: "open" }>): Promise<void> {
  credits = new Credits(from.credits);
  const batcher = new ResultBatcher(from, send);
  try {
    const cv = loadOpenCv();
    // Before the source is opened: loading a model takes time, in which frames would be lost.
    const stills = isStills(settings.camera);
    const detector = await createDetector(cv, settings, stills);
    const warn = (text: string) => send({ kind: "warning", text });
    const start = performance.now();
    const source = await openSource(cv, settings.camera, warn, settings);
    const ms = performance.now() - start;
    opened = source;
    const onOpened = () => {
      startOptimization();
      send({ kind: "opened", info: source.info, ms });
      const beat = () => {
        if ((source.silence?.() ?? 0) < 2 * heartbeat) send({ kind: "alive" });
      };
      setInterval(beat, heartbeat).unref();
    };
    // A source that was open before does deliver frames; finding the place in a long recording takes time.
    if (from.skip > 0) onOpened();
    await skip(source, from.skip);
    const first = await source.read();
    if (from.skip === 0) onOpened();
    if (from.index === 0 && !stills && first && isIntact(first.picture)) {
      const warning = smallFaceWarning(detector, settings, first.picture.size);
      if (warning) warn(warning);
    }
    const onPaused = () => send({ kind: "paused" });
    const loop = { cv, settings, detector, source, credits, gate, onPaused, first, from, batcher };
    await runFrameLoop({ ...loop, stopped: () => stopped });
  } finally {
    opened?.close();
    batcher.flush();
  }
}

/** Does the work of this process, reports how it ended, and ends. */
async function end(work: () => Promise<void>): Promise<void> {
  let lastWord: FromWorker = { kind: "done" };
  try {
    await work();
  } catch (error) {
    lastWord = failure(error);
  }
  mayDisconnect();
  // Only the channel keeps the process running; it is closed once the last message is written.
  process.send?.(lastWord, () => process.disconnect());
}

/** Reads past frames that an earlier worker processed. */
async function skip(source: Source, frames: number): Promise<void> {
  for (let left = frames; left > 0 && !stopped; left--) {
    const grabbed = await source.read();
    if (!grabbed) return;
    grabbed.picture.release();
    await nextTurn();
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
