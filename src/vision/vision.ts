import { describe } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import { Backoff, sleep } from "../base/time.ts";
import { Inbox } from "./inbox.ts";
import { VisionProcess } from "./process.ts";
import { silent, untilSilent } from "./silence.ts";
import type { SeenFrame, SourceInfo, VisionSettings } from "./types.ts";

/** Frames that may be under way from the vision process: what bounds the memory of both. */
const credits = 8;

export interface VisionOptions {
  /** A live source that gives nothing for so long is opened again, seconds. Default 10. */
  readonly stallSeconds?: number;
  /** A source may take so long to open and give its first frame, seconds. Default 20. */
  readonly openSeconds?: number;
  /** Waits between two attempts to open a live source again, ms. Default 500 to 30,000. */
  readonly restart?: { readonly min: number; readonly max: number };
}

/**
 * Sees faces: reads a source in a process of its own and gives every frame that was looked at, with its faces.
 * A live source that stops is opened again for as long as it takes; a file that fails ends the frames with an error.
 */
export class Vision {
  readonly #settings: VisionSettings;
  readonly #log: Logger;
  readonly #stall: number;
  readonly #openTime: number;
  readonly #backoff: Backoff;
  readonly #inbox = new Inbox<SeenFrame>();
  readonly #stopping = new AbortController();
  /** Frames that were sent and not yet used up. */
  #held = 0;
  #child: VisionProcess | undefined;
  #supervised: Promise<void> | undefined;
  #nextIndex = 0;
  #restarts = 0;
  #lastAlive = 0;

  constructor(settings: VisionSettings, log: Logger, options: VisionOptions = {}) {
    this.#settings = settings;
    this.#log = log;
    this.#stall = (options.stallSeconds ?? 10) * 1000;
    this.#openTime = (options.openSeconds ?? 20) * 1000;
    this.#backoff = new Backoff(options.restart ?? { min: 500, max: 30_000 });
  }

  /** How often a lost live source was opened again, or tried to be. */
  get restarts(): number {
    return this.#restarts;
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

  /**
   * Every frame that was looked at, in order, until the source ends or `stop` is called. For one reader; as long as it
   * keeps a frame, only a few more are made. Throws a UserError when a file fails.
   */
  async *frames(): AsyncGenerator<SeenFrame, void> {
    try {
      for (let frame = await this.#inbox.take(); frame; frame = await this.#inbox.take()) {
        yield frame;
        this.#held--;
        this.#child?.credit();
      }
    } finally {
      await this.stop();
    }
  }

  /** Ends the vision process; frames that it has sent can still be read. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#child?.stop();
    await this.#supervised;
    this.#inbox.end();
  }

  /** Starts a vision process and waits until its source is open. */
  async #start(signal: AbortSignal): Promise<{ child: VisionProcess; info: SourceInfo }> {
    signal.throwIfAborted();
    const child = new VisionProcess(this.#log, {
      onFrame: (frame) => {
        this.#nextIndex = frame.index + 1;
        this.#held++;
        this.#inbox.put(frame);
      },
      onAlive: () => {
        this.#lastAlive = Date.now();
      },
    });
    this.#child = child;
    const abort = () => child.kill(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    const timer = setTimeout(() => child.kill(silent(this.#settings.camera, this.#openTime)), this.#openTime);
    try {
      const info = await child.open(this.#settings, this.#nextIndex, credits - this.#held);
      return { child, info };
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
    }
  }

  /** Ends the frames when the source has ended; keeps a live source going. Never rejects. */
  async #supervise(first: VisionProcess, live: boolean): Promise<void> {
    for (let child: VisionProcess | undefined = first; child; ) {
      const error: Error | undefined = await (live
        ? untilSilent(child, this.#settings.camera, this.#stall)
        : child.ended);
      const lost = live && !this.#stopping.signal.aborted;
      if (!lost) return this.#inbox.end(this.#stopping.signal.aborted ? undefined : error);
      child = await this.#again(error);
    }
    this.#inbox.end();
  }

  /** Opens a lost live source again, for as long as it takes; undefined when told to stop. */
  async #again(lost: Error | undefined): Promise<VisionProcess | undefined> {
    const { signal } = this.#stopping;
    let reason: unknown = lost ?? new Error("the stream ended");
    while (!signal.aborted) {
      this.#restarts++;
      const wait = this.#backoff.next();
      this.#log.warn(
        `lost the camera: ${describe(reason)}. Opening it again in ${(wait / 1000).toFixed(1)} s`,
      );
      await sleep(wait, signal);
      try {
        const { child } = await this.#start(signal);
        this.#backoff.reset();
        this.#log.info("the camera gives frames again");
        return child;
      } catch (error) {
        reason = error;
      }
    }
    return undefined;
  }
}
