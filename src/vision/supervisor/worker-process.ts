import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { deferred } from "../../base/deferred.ts";
import { UserError } from "../../base/errors.ts";
import type { Logger } from "../../base/log.ts";
import { redact } from "../../base/redact.ts";
import { within } from "../../base/time.ts";
import type { MeasureMessage, SourceOpened } from "../measurement.ts";
import type { FromWorker, OpenRequest, ResultMessage, ToWorker } from "../worker-messages.ts";
import { forkWorker } from "./fork-worker.ts";
import { isGstNoise, withoutAddresses } from "./opencv-output.ts";

/** How long a worker may take to exit when asked to, ms. */
const gracePeriod = 2000;
/** Lines of OpenCV's latest output that are kept, to explain a failure. */
const maxOutput = 5;

/**
 * Lets OpenCV open RTSP streams four times as fast (1.0 to 0.3 s): without measuring the frame rate, which is measured
 * anyway. `prefer_tcp` is OpenCV's own choice, which setting the variable would undo.
 */
const fastRtsp = { OPENCV_FFMPEG_CAPTURE_OPTIONS: "rtsp_flags;prefer_tcp|fpsprobesize;0" };

export interface WorkerOptions {
  readonly log: Logger;
  /** The environment variables of the worker. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly onResult?: (message: ResultMessage) => void;
  /** Called when a recording waits for `resume`. */
  readonly onPaused?: () => void;
  readonly onMeasure?: (message: MeasureMessage) => void;
  /** Called for each message of any kind. */
  readonly onAlive?: () => void;
  readonly onWarning: (text: string) => void;
}

export type WorkerExit =
  /** The source ended, or the worker was told to stop. */
  | { readonly kind: "done" }
  /** The worker reported this error. */
  | { readonly kind: "failed"; readonly error: Error }
  /** It was killed, by us or by others, or crashed. */
  | { readonly kind: "died"; readonly error: Error };

/** One worker process: from fork to exit. */
export class WorkerProcess {
  /** Never rejects. */
  readonly exited: Promise<WorkerExit>;
  readonly #process: ChildProcess;
  readonly #options: WorkerOptions;
  readonly #output: string[] = [];
  readonly #opened = deferred<SourceOpened>();
  #lastWord: FromWorker | undefined;
  #killReason: Error | undefined;
  #lastMessageAt = performance.now();

  static start(options: WorkerOptions): WorkerProcess {
    const { log, environment } = options;
    const worker = forkWorker("main", {
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      env: { ...fastRtsp, ...environment },
    });
    log.debug(`started the vision worker, process ${worker.pid}`);
    return new WorkerProcess(worker, options);
  }

  private constructor(worker: ChildProcess, options: WorkerOptions) {
    this.#process = worker;
    this.#options = options;
    worker.on("message", (message: FromWorker) => this.#receive(message));
    for (const stream of [worker.stdout, worker.stderr]) if (stream) this.#capture(stream);
    this.exited = this.#exit();
  }

  /** Milliseconds on the monotonic clock. */
  get lastMessageAt(): number {
    return this.#lastMessageAt;
  }

  /** Resolves once the source is open; rejects with the reason when the worker exits before that. */
  async open(request: OpenRequest): Promise<SourceOpened> {
    this.#send(request);
    const outcome = await Promise.race([this.#opened.promise, this.exited]);
    if (!("kind" in outcome)) return outcome;
    if (outcome.kind === "done") throw new UserError("WORKER_DIED", "the vision worker was told to stop");
    throw outcome.error;
  }

  /** The worker may send one more message with frames. */
  credit(): void {
    this.#send({ kind: "credit" });
  }

  /** The recording waits, with its file open, until `resume`; at first it waits, too. */
  pause(): void {
    this.#send({ kind: "pause" });
  }

  resume(): void {
    this.#send({ kind: "resume" });
  }

  /** Asks the worker to exit, and kills it after the grace period. */
  async stop(): Promise<void> {
    this.#send({ kind: "stop" });
    const outcome = await within(gracePeriod, this.exited, "late");
    if (outcome === "late") this.kill(new UserError("WORKER_DIED", "the vision worker did not stop in time"));
    await this.exited;
  }

  /** Ends the worker at once; `exited` reports `reason`. A worker that hangs in a camera's read handles no message. */
  kill(reason: Error): void {
    this.#killReason ??= reason;
    this.#process.kill("SIGKILL");
  }

  #receive(message: FromWorker): void {
    this.#lastMessageAt = performance.now();
    this.#options.onAlive?.();
    switch (message.kind) {
      case "alive":
        break;
      case "opened":
        this.#opened.resolve({ info: message.info, ms: message.ms });
        break;
      case "result":
        this.#options.onResult?.(message);
        break;
      case "paused":
        this.#options.onPaused?.();
        break;
      case "warning":
        this.#options.onWarning(message.text);
        break;
      case "done":
      case "failed":
      case "bug":
        this.#lastWord = message;
        break;
      default:
        this.#options.onMeasure?.(message);
    }
  }

  /** OpenCV and FFmpeg write to stdout and stderr; it belongs in the log. */
  #capture(stream: Readable): void {
    createInterface({ input: stream }).on("line", (line) => {
      this.#options.log.debug(`opencv: ${line}`);
      if (isGstNoise(line)) return;
      this.#output.push(line);
      if (this.#output.length > maxOutput) this.#output.shift();
    });
  }

  async #exit(): Promise<WorkerExit> {
    // "close" comes after the last line of output; "exit" does not wait for it.
    const [code, signal] = await once(this.#process, "close").catch((error: unknown) => [error, null]);
    const last = this.#lastWord;
    if (this.#killReason) return { kind: "died", error: this.#killReason };
    if (last?.kind === "done") return { kind: "done" };
    if (last?.kind === "bug")
      return { kind: "failed", error: new Error(`in the vision worker: ${last.stack}`) };
    const output = withoutAddresses(redact(this.#output.at(-1) ?? ""));
    const because = output === "" ? "" : ` (${output})`;
    if (last?.kind === "failed")
      return { kind: "failed", error: new UserError(last.code, last.message + because, last.remedy) };
    const message = `the vision worker ended unexpectedly: ${signal ?? code}${because}`;
    return { kind: "died", error: new UserError("WORKER_DIED", message) };
  }

  #send(message: ToWorker): void {
    // It may have exited already; `exited` reports that.
    if (this.#process.connected) this.#process.send(message, () => undefined);
  }
}
