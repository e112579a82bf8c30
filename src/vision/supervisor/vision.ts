import type { Logger } from "../../base/log.ts";
import type { BackoffLimits } from "../../base/retry.ts";
import { sleep } from "../../base/time.ts";
import type { Position, ResultMessage } from "../messages.ts";
import type { FrameBatch, SourceInfo, VisionSettings } from "../types.ts";
import { AsyncQueue } from "./async-queue.ts";
import { PendingShots } from "./pending-shots.ts";
import { RestartPolicy } from "./restart-policy.ts";
import { exitOrTimeout, noFrameError } from "./watchdog.ts";
import { WorkerProcess } from "./worker-process.ts";

/** Messages with looks that may be under way from the vision process: what bounds the memory of both. */
const credits = 8;

export interface VisionOptions {
  /** A live source that gives nothing for so long is opened again, seconds. Default 10. */
  readonly stallSeconds?: number;
  /** A source may take so long to open and give its first frame, seconds. Default 20. */
  readonly openSeconds?: number;
  /** Waits between two attempts to open a source again, ms. Default 500 to 30,000. */
  readonly restart?: BackoffLimits;
  /** Is told each time that the source is opened again, or tried to be. */
  readonly onRestart?: () => void;
}

/**
 * Sees faces: reads a source in a process of its own and gives every look at a frame, with the faces to be sent.
 * A live source that stops is opened again for as long as it takes. A file goes on where its process died; one that
 * cannot be read ends with an error.
 */
export class Vision {
  readonly #settings: VisionSettings;
  readonly #log: Logger;
  readonly #stall: number;
  readonly #openTime: number;
  readonly #recovery: RestartPolicy;
  readonly #inbox = new AsyncQueue<FrameBatch>();
  readonly #kept = new PendingShots();
  readonly #stopping = new AbortController();
  /** Messages with looks that were sent and not yet used up. */
  #held = 0;
  #child: WorkerProcess | undefined;
  #supervised: Promise<void> | undefined;
  #next: Position = { index: 0, visit: 1, skip: 0 };
  #lastAlive = 0;

  constructor(settings: VisionSettings, log: Logger, options: VisionOptions = {}) {
    this.#settings = settings;
    this.#log = log;
    this.#stall = (options.stallSeconds ?? 10) * 1000;
    this.#openTime = (options.openSeconds ?? 20) * 1000;
    const limits = options.restart ?? { min: 500, max: 30_000 };
    this.#recovery = new RestartPolicy(log, limits, options.onRestart);
  }

  /** When the source was last known to give frames, milliseconds since 1970; 0 before the first. */
  get lastAlive(): number {
    return this.#lastAlive;
  }

  /** The id of the vision process, as long as there is one. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /**
   * Opens the source and proves that it gives frames. Call it once.
   * Rejects with a UserError, or with the signal's reason; `signal` has no say once the source is open.
   */
  async open(signal: AbortSignal): Promise<SourceInfo> {
    const { child, info } = await this.#start(AbortSignal.any([signal, this.#stopping.signal]));
    this.#supervised = this.#supervise(child, info.live);
    return info;
  }

  /** For a live source that did not open, for this reason: goes on trying as if it had been lost. */
  keepOpening(reason: Error): void {
    this.#supervised = this.#again(reason, true).then((child) => this.#supervise(child, true));
  }

  /**
   * Everything that is seen, in order, until the source ends or `stop` is called. For one reader; as long as it keeps
   * a sight, only a few more are made. Throws a UserError when a file fails.
   */
  async *batches(): AsyncGenerator<FrameBatch, void> {
    try {
      for (let sight = await this.#inbox.next(); sight; sight = await this.#inbox.next()) {
        yield sight;
        if (sight.frames.length === 0) continue;
        this.#held--;
        this.#child?.credit();
      }
    } finally {
      await this.stop();
    }
  }

  /** Ends the vision process; what it has seen can still be read, with the faces that were kept for better ones. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#child?.stop();
    await this.#supervised;
    this.#inbox.end();
  }

  /** Starts a vision process and waits until its source is open. */
  async #start(signal: AbortSignal): Promise<{ child: WorkerProcess; info: SourceInfo }> {
    signal.throwIfAborted();
    const child = new WorkerProcess(this.#log, {
      onResult: (message) => this.#take(message),
      onAlive: () => {
        this.#lastAlive = Date.now();
      },
    });
    this.#child = child;
    const abort = () => child.kill(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    const timer = setTimeout(
      () => child.kill(noFrameError(this.#settings.camera, this.#openTime)),
      this.#openTime,
    );
    try {
      const info = await child.open(this.#settings, { ...this.#next, credits: credits - this.#held });
      return { child, info };
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
    }
  }

  #take(message: ResultMessage): void {
    const { frames, dropped, skipped, next } = message;
    this.#next = next;
    if (frames.length > 0) this.#held++;
    this.#recovery.onProgress();
    this.#inbox.push({ frames, dropped, skipped, faces: this.#kept.update(message) });
  }

  /** Keeps the source going until it ends by itself, fails for good or is stopped. Never rejects. */
  async #supervise(first: WorkerProcess | undefined, live: boolean): Promise<void> {
    try {
      for (let child = first; child; ) {
        const ending = await (live ? exitOrTimeout(child, this.#settings.camera, this.#stall) : child.ended);
        // Nobody will bring better ones of these visits: another process begins new ones.
        const faces = this.#kept.release();
        if (faces.length > 0) this.#inbox.push({ frames: [], dropped: 0, skipped: 0, faces });
        if (this.#stopping.signal.aborted || (!live && ending.kind === "done")) break;
        if (!live && ending.kind === "failed") throw ending.error;
        child = await this.#again(
          ending.kind === "done" ? new Error("the stream ended") : ending.error,
          live,
        );
      }
      this.#inbox.end();
    } catch (error) {
      this.#inbox.end(error);
    }
  }

  /**
   * Opens a lost source again; undefined when told to stop. A live one for as long as it takes; rejects for a recording
   * when it is in vain.
   */
  async #again(lost: unknown, live: boolean): Promise<WorkerProcess | undefined> {
    const { signal } = this.#stopping;
    let reason = lost;
    while (!signal.aborted) {
      if (!live && this.#recovery.exhausted) throw reason;
      await sleep(this.#recovery.onFailure(reason), signal);
      try {
        const { child } = await this.#start(signal);
        this.#recovery.onReopened();
        return child;
      } catch (error) {
        reason = error;
      }
    }
    return undefined;
  }
}
