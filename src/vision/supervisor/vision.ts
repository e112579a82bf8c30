import { doneBefore } from "../../base/abort.ts";
import { deferred } from "../../base/deferred.ts";
import { Gate } from "../../base/gate.ts";
import type { Logger } from "../../base/log.ts";
import { eventFields } from "../../base/log-events.ts";
import type { BackoffLimits } from "../../base/retry.ts";
import { sleep } from "../../base/time.ts";
import { sourceKind } from "../source-kind.ts";
import type { FrameBatch, SourceInfo, VisionSettings } from "../types.ts";
import type { Position, ResultMessage } from "../worker-messages.ts";
import { AsyncQueue } from "./async-queue.ts";
import { PendingShots } from "./pending-shots.ts";
import { RestartPolicy } from "./restart-policy.ts";
import { exitOrTimeout, noFrameError } from "./watchdog.ts";
import { type WorkerOptions, WorkerProcess } from "./worker-process.ts";

/** Messages with frames that may be in flight from the worker: bounds the memory of both processes. */
const maxInFlight = 8;

export interface VisionOptions {
  /** A live source that delivers no frame for this long is opened again, seconds. Default 10. */
  readonly stallSeconds?: number | undefined;
  /** How long a source may take to open and deliver its first frames, seconds. Default 20, or twice `stallSeconds`. */
  readonly openSeconds?: number | undefined;
  /** Waits between two attempts to open a source again, ms. Default 500 to 30,000. */
  readonly restart?: BackoffLimits | undefined;
  /** Called before each attempt to open the source again. */
  readonly onRestart?: (() => void) | undefined;
  /** Called each time the source is open. */
  readonly onOpened?: ((info: SourceInfo) => void) | undefined;
  readonly environment: WorkerOptions["environment"];
}

/**
 * Finds the faces of one source in a worker process, and supervises that. A live source that stops is opened again, however
 * long it takes. A file is continued where its worker died; one that cannot be read ends with an error.
 */
export class Vision {
  readonly #settings: VisionSettings;
  readonly #log: Logger;
  readonly #options: VisionOptions;
  readonly #restarts: RestartPolicy;
  readonly #batches = new AsyncQueue<FrameBatch>();
  readonly #pending = new PendingShots();
  readonly #stopping = new AbortController();
  /** Closed while paused. */
  readonly #gate = new Gate();
  /** Workers that were stopped for a pause. */
  readonly #halted = new WeakSet<WorkerProcess>();
  /** Those of them whose results nobody read before the pause: what they still send is discarded. */
  readonly #discarded = new WeakSet<WorkerProcess>();
  /** Resolves when it is known what the source is, or it is retried: from then on its worker may be stopped. */
  readonly #opened = deferred();
  /** Resolves when the recording waits. */
  #waiting = deferred();
  /** Somebody reads the batches. */
  #isReading = false;
  /** Messages with frames that the reader has not consumed yet. */
  #inFlight = 0;
  #worker: WorkerProcess | undefined;
  #supervision: Promise<void> | undefined;
  #next: Position = { index: 0, visit: 1, skip: 0 };
  #lastAlive = 0;
  /** What the source turned out to be when it was last opened. */
  #isLive = true;

  constructor(settings: VisionSettings, log: Logger, options: VisionOptions) {
    this.#settings = settings;
    this.#log = log;
    this.#options = options;
    this.#restarts = new RestartPolicy(log, options.restart ?? { min: 500, max: 30_000 }, options.onRestart);
  }

  /** When the source was last known to deliver frames, or was resumed, milliseconds since 1970; 0 before the first. */
  get lastAlive(): number {
    return this.#lastAlive;
  }

  /** Whether frames come until it is stopped: of a recording, also one behind a URL, they end. */
  get isLive(): boolean {
    return this.#isLive;
  }

  get isPaused(): boolean {
    return !this.#gate.isOpen;
  }

  /**
   * Opens the source and waits for its first frame. Call it once.
   * Rejects with a UserError, or with the signal's reason; once the source is open, `signal` has no effect.
   */
  async open(signal: AbortSignal): Promise<SourceInfo> {
    const { worker, info } = await this.#start(AbortSignal.any([signal, this.#stopping.signal]));
    this.#supervision = this.#supervise(worker);
    this.#opened.resolve();
    return info;
  }

  /** For a source that may be a camera and did not open, for this reason: retries as if it had been lost. */
  keepOpening(reason: Error): void {
    this.#supervision = this.#reopen(reason).then((worker) => this.#supervise(worker));
    this.#opened.resolve();
  }

  /**
   * Analyzes no frame until `resume`. A camera is closed: its light goes out, and nothing is read from it. A recording
   * waits, and continues with its next frame. Visits end: the best shot so far of each is among the batches. What a camera
   * delivered before anybody read the batches is discarded. Resolves when the camera is closed or the recording waits.
   */
  async pause(): Promise<void> {
    this.#gate.close();
    const isUnread = !this.#isReading;
    if (isUnread) this.#discard();
    await Promise.race([this.#opened.promise, this.#gate.passed()]);
    const worker = this.#worker;
    if (!worker || !this.isPaused) return;
    if (this.#waitsOpen) {
      worker.pause();
      await Promise.race([this.#waiting.promise, worker.exited, this.#gate.passed()]);
      return;
    }
    this.#halted.add(worker);
    if (isUnread) {
      this.#discarded.add(worker);
      this.#discard();
    }
    await worker.stop();
  }

  resume(): void {
    if (!this.isPaused) return;
    this.#lastAlive = Date.now();
    this.#gate.open();
    this.#continue();
  }

  /**
   * All results, in order, until the source ends or `stop` is called. For one reader: while it holds a batch, the worker
   * sends only a few more. Throws a UserError when a file fails.
   */
  async *batches(): AsyncGenerator<FrameBatch, void> {
    this.#isReading = true;
    this.#continue();
    try {
      for (let batch = await this.#batches.next(); batch; batch = await this.#batches.next()) {
        yield batch;
        if (batch.frames.length === 0) continue;
        this.#inFlight--;
        this.#worker?.credit();
      }
    } finally {
      await this.stop();
    }
  }

  /** Ends the worker. Its results can still be read, with the best shot so far of each open visit. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#opened.resolve();
    await this.#worker?.stop();
    await this.#supervision;
    this.#batches.end();
  }

  /** Starts a worker and waits until its source is open. */
  async #start(signal: AbortSignal): Promise<{ worker: WorkerProcess; info: SourceInfo }> {
    signal.throwIfAborted();
    const worker = WorkerProcess.start({
      log: this.#log,
      environment: this.#options.environment,
      onResult: (message) => {
        if (!this.#discarded.has(worker)) this.#receive(message);
      },
      onPaused: () => this.#onWaiting(),
      onAlive: () => {
        this.#lastAlive = Date.now();
      },
      onWarning: (text) => this.#log.warn(eventFields("camera_warning"), text),
    });
    this.#worker = worker;
    const abort = () => worker.kill(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    const { stallSeconds = 0, openSeconds = Math.max(20, 2 * stallSeconds) } = this.#options;
    const limit = openSeconds * 1000;
    const timer = setTimeout(() => worker.kill(noFrameError(this.#settings.camera, limit)), limit);
    try {
      const credits = maxInFlight - this.#inFlight;
      const from = { ...this.#next, credits };
      const { info } = await worker.open({ kind: "open", settings: this.#settings, from });
      this.#isLive = info.live;
      this.#options.onOpened?.(info);
      this.#continue();
      return { worker, info };
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
    }
  }

  #receive(message: ResultMessage): void {
    const { frames, dropped, skipped, next } = message;
    this.#next = next;
    if (frames.length > 0) this.#inFlight++;
    this.#restarts.onProgress();
    this.#batches.push({ frames, dropped, skipped, ...this.#pending.update(message) });
  }

  /**
   * Whether a paused source stays open: a file on this machine. It would have to be read from its beginning again, and a
   * pipe cannot be. A server does not keep a connection open on which nothing is read.
   */
  get #waitsOpen(): boolean {
    return !this.#isLive && !["network", "gst"].includes(sourceKind(this.#settings.camera).kind);
  }

  /** A recording waits at first: until its faces can be read, and it is known whether it is paused. */
  #continue(): void {
    if (this.isPaused || !this.#isReading) return;
    this.#waiting = deferred();
    this.#worker?.resume();
  }

  #discard(): void {
    this.#batches.clear();
    this.#pending.release();
    // If it is resumed before it is closed, its worker goes on.
    for (; this.#inFlight > 0; this.#inFlight--) this.#worker?.credit();
  }

  #onWaiting(): void {
    this.#releasePending();
    this.#waiting.resolve();
  }

  /** The open visits have ended. */
  #releasePending(): void {
    const rest = this.#pending.release();
    if (rest.faces.length + rest.lowQuality > 0)
      this.#batches.push({ frames: [], dropped: 0, skipped: 0, ...rest });
  }

  /** Keeps the source open until it ends, fails permanently or is stopped. Never rejects. */
  async #supervise(first: WorkerProcess | undefined): Promise<void> {
    const stall = (this.#options.stallSeconds ?? 10) * 1000;
    try {
      for (let worker = first; worker; ) {
        const live = this.#isLive;
        const exit = await (live ? exitOrTimeout(worker, this.#settings.camera, stall) : worker.exited);
        // These visits end here: the next worker starts new ones.
        this.#releasePending();
        if (this.#stopping.signal.aborted) break;
        if (this.#halted.has(worker)) {
          worker = await this.#reopen();
          continue;
        }
        if (!live && exit.kind === "done") break;
        if (!live && exit.kind === "failed") throw exit.error;
        worker = await this.#reopen(exit.kind === "done" ? new Error("the stream ended") : exit.error);
      }
      this.#batches.end();
    } catch (error) {
      this.#batches.end(error);
    }
  }

  /**
   * Opens a source again that was lost for this reason, or paused; undefined when told to stop. Rejects only for a recording
   * whose attempts are exhausted.
   */
  async #reopen(lost?: Error): Promise<WorkerProcess | undefined> {
    const { signal } = this.#stopping;
    let reason: unknown = lost;
    while (!signal.aborted) {
      if (reason !== undefined) {
        if (!this.#isLive && this.#restarts.exhausted) throw reason;
        await sleep(this.#restarts.onFailure(reason), signal);
      }
      if (!(await doneBefore(this.#gate.passed(), signal))) break;
      const { closing } = this.#gate;
      try {
        const { worker } = await this.#start(AbortSignal.any([signal, closing]));
        this.#restarts.onReopened();
        return worker;
      } catch (error) {
        reason = closing.aborted ? undefined : error;
      }
    }
    return undefined;
  }
}
