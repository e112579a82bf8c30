import { deferred } from "../../base/deferred.ts";
import { UserError } from "../../base/errors.ts";
import type { Logger } from "../../base/log.ts";
import type {
  FaceMeasurement,
  MeasureMessage,
  ReadProgress,
  SourceOpened,
  StreamMeasurement,
} from "../measurement.ts";
import { cameraLabel } from "../source-kind.ts";
import type { VisionSettings } from "../types.ts";
import { noFrameError } from "./watchdog.ts";
import { type WorkerOptions, WorkerProcess } from "./worker-process.ts";

export interface MeasureOptions {
  readonly log: Logger;
  readonly environment: WorkerOptions["environment"];
  /** How long to read, seconds. */
  readonly seconds: number;
  /** The camera's address answered: if no frame comes, it is not unreachable. */
  readonly answered: boolean;
  /** How long the source may take to open, milliseconds. */
  readonly openTimeout: number;
  /** How long it may deliver no frame, milliseconds; twice as long for the first. */
  readonly stallTimeout: number;
  readonly onWarning: (text: string) => void;
}

/** What is measured, one after the other; each rejects with the UserError that ended the measurement. */
export interface CameraMeasurement {
  readonly opened: Promise<SourceOpened>;
  readonly firstFrame: Promise<ReadProgress>;
  readonly stream: Promise<StreamMeasurement>;
  readonly faces: Promise<FaceMeasurement>;
  /** Ends the worker at once. Without effect when the measurement has ended. */
  kill(): void;
}

/** Time between two looks at the worker, ms. */
const watchInterval = 100;
/** How long a search for faces in one frame may take, ms: there are slow machines and large frames. */
const searchTimeout = 60_000;

/** Measures a source in a worker process, which is killed when it hangs: a camera's read can block for ever. */
export function measureCamera(settings: VisionSettings, options: MeasureOptions): CameraMeasurement {
  const { log, environment, seconds, answered, openTimeout, stallTimeout, onWarning } = options;
  const results = {
    opened: deferred<SourceOpened>(),
    firstFrame: deferred<ReadProgress>(),
    stream: deferred<StreamMeasurement>(),
    faces: deferred<FaceMeasurement>(),
  };
  let limit = openTimeout;
  let reason = () =>
    answered
      ? stalled(settings, "answered, but did not open within", openTimeout)
      : noFrameError(settings.camera, openTimeout);
  const onMeasure = (message: MeasureMessage) => {
    if (message.kind === "reading") {
      results.firstFrame.resolve(message);
      limit = stallTimeout;
      reason = () => stalled(settings, `delivered ${count(message.frames)}, then no frame for`, stallTimeout);
    } else if (message.kind === "measured") {
      results.firstFrame.resolve(message);
      results.stream.resolve(message);
      limit = searchTimeout;
      reason = () => searchTooSlow(searchTimeout);
    } else if (message.kind === "searched") results.faces.resolve(message);
  };
  const worker = WorkerProcess.start({ log, environment, onMeasure, onWarning });
  const watchdog = setInterval(() => {
    if (performance.now() - worker.lastMessageAt > limit) worker.kill(reason());
  }, watchInterval);
  worker.open({ kind: "measure", settings, seconds }).then(
    (opened) => {
      results.opened.resolve(opened);
      // A camera's first two frames are read together, see sources/live.ts.
      limit = 2 * stallTimeout;
      reason = () => stalled(settings, "opened, then no frame for", 2 * stallTimeout);
    },
    () => undefined,
  );
  void worker.exited.then((exit) => {
    clearInterval(watchdog);
    const error =
      exit.kind === "done" ? new UserError("WORKER_DIED", "the vision worker ended too early") : exit.error;
    // Those that have their result ignore it.
    for (const each of Object.values(results)) each.reject(error);
  });
  for (const { promise } of Object.values(results)) promise.catch(() => undefined);
  return {
    opened: results.opened.promise,
    firstFrame: results.firstFrame.promise,
    stream: results.stream.promise,
    faces: results.faces.promise,
    kill: () => worker.kill(new UserError("STOPPED", "stopped before the check was done")),
  };
}

function stalled({ camera }: VisionSettings, what: string, ms: number): UserError {
  const message = `the camera ${cameraLabel(camera)} ${what} ${ms / 1000} s`;
  return new UserError("CAMERA_NO_FRAMES", message, "Check its cable or network, and restart it");
}

function searchTooSlow(ms: number): UserError {
  const message = `the search for faces in one frame took longer than ${ms / 1000} s`;
  return new UserError("WORKER_DIED", message, "Use --detector yunet, or a stream with smaller frames");
}

const count = (frames: number) => (frames === 1 ? "one frame" : `${frames} frames`);
