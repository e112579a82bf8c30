import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { extname } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { refused, UserError } from "../../base/errors.ts";
import { type Logger, redact } from "../../base/log.ts";
import { eventFields } from "../../base/log-events.ts";
import { within } from "../../base/time.ts";
import type { FromWorker, ResultMessage, StartPosition, ToWorker } from "../messages.ts";
import type { SourceInfo, VisionSettings } from "../types.ts";

/** How long a process may take to leave when asked, ms. */
const patience = 2000;
/** So many lines of what OpenCV said last are kept, to explain a failure. */
const keptLines = 5;

/** As in base/v8-heap.ts; a new process can be told the size itself. */
const youngGeneration = "--max-semi-space-size=2";

export interface WorkerEvents {
  readonly onResult: (message: ResultMessage) => void;
  /** A sign of life, with or without a look. */
  readonly onAlive: () => void;
}

/** How a vision process ended. */
export type WorkerExit =
  /** The source ended, or it was told to stop. */
  | { readonly kind: "done" }
  /** It said what is wrong. */
  | { readonly kind: "failed"; readonly error: Error }
  /** It said nothing: it was killed, by us or by others. */
  | { readonly kind: "died"; readonly error: Error };

/** One life of the vision process: from fork to exit. */
export class WorkerProcess {
  /** Never rejects. */
  readonly ended: Promise<WorkerExit>;
  readonly #child: ChildProcess;
  readonly #log: Logger;
  readonly #said: string[] = [];
  readonly #opened: Promise<SourceInfo>;
  #last: FromWorker | undefined;
  #killedFor: Error | undefined;
  #heardAt = performance.now();

  constructor(log: Logger, events: WorkerEvents) {
    this.#log = log;
    // The same file type as this one: .js when built, .ts under a loader.
    const module = new URL(`../worker/main${extname(import.meta.url)}`, import.meta.url);
    this.#child = fork(fileURLToPath(module), [], {
      serialization: "advanced",
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      execArgv: [...withoutOurOwn(process.execArgv), youngGeneration],
    });
    this.#opened = new Promise((resolve) => {
      this.#child.on("message", (message: FromWorker) => {
        if (message.kind === "opened") resolve(message.info);
        this.#hear(message, events);
      });
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) if (stream) this.#listen(stream);
    this.ended = this.#ending();
  }

  /** When it was last heard of, ms on the steady clock. */
  get heardAt(): number {
    return this.#heardAt;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Resolves once the source is open; rejects with the reason when the process ends before that. */
  async open(settings: VisionSettings, from: StartPosition): Promise<SourceInfo> {
    this.#say({ kind: "open", settings, from });
    const outcome = await Promise.race([this.#opened, this.ended]);
    if (!("kind" in outcome)) return outcome;
    throw outcome.kind === "done" ? refused("the vision process was told to stop") : outcome.error;
  }

  /** One more message with looks may be sent. */
  credit(): void {
    this.#say({ kind: "credit" });
  }

  /** Asks it to leave, and kills it when it does not. */
  async stop(): Promise<void> {
    this.#say({ kind: "stop" });
    const outcome = await within(patience, this.ended, "late");
    if (outcome === "late") this.kill(refused("the vision process did not stop when asked"));
    await this.ended;
  }

  /** Ends it at once; `ended` then gives `reason`. One that hangs in a camera's read hears nothing else. */
  kill(reason: Error): void {
    this.#killedFor ??= reason;
    this.#child.kill("SIGKILL");
  }

  #hear(message: FromWorker, events: WorkerEvents): void {
    this.#heardAt = performance.now();
    events.onAlive();
    if (message.kind === "result") events.onResult(message);
    if (message.kind === "warning") this.#log.warn(eventFields("camera_warning"), message.text);
    if (message.kind === "done" || message.kind === "failed" || message.kind === "bug") this.#last = message;
  }

  /** OpenCV and FFmpeg write to the terminal by themselves; it belongs in the log. */
  #listen(stream: Readable): void {
    createInterface({ input: stream }).on("line", (line) => {
      this.#log.debug(`opencv: ${line}`);
      this.#said.push(line);
      if (this.#said.length > keptLines) this.#said.shift();
    });
  }

  async #ending(): Promise<WorkerExit> {
    // "close" comes after the last line was read; "exit" does not wait for it.
    const [code, signal] = await once(this.#child, "close").catch((error: unknown) => [error, null]);
    const last = this.#last;
    if (this.#killedFor) return { kind: "died", error: this.#killedFor };
    if (last?.kind === "done") return { kind: "done" };
    if (last?.kind === "bug")
      return { kind: "failed", error: new Error(`in the vision process: ${last.stack}`) };
    const said = redact(this.#said.at(-1) ?? "");
    const because = said === "" ? "" : ` (${said.trim()})`;
    if (last?.kind === "failed")
      return { kind: "failed", error: new UserError(last.code, last.message + because, last.remedy) };
    return {
      kind: "died",
      error: refused(`the vision process ended unexpectedly: ${signal ?? code}${because}`),
    };
  }

  #say(message: ToWorker): void {
    // It may be gone already; `ended` tells.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }
}

/** Options of Node.js without those of a test runner or debugger, which are for this process alone, and their values. */
function withoutOurOwn(options: readonly string[]): string[] {
  const isOurs = (option = "") => /^--(test|inspect|watch)/.test(option);
  const isValue = (at: number) => !options[at]?.startsWith("-") && isOurs(options[at - 1]);
  return options.filter((option, at) => !isOurs(option) && !isValue(at));
}
