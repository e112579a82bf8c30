import { doneBefore } from "../../../base/abort.ts";
import { eventFields } from "../../../base/log-events.ts";
import { Semaphore } from "../../../base/semaphore.ts";
import { type ReceivedMessage, withoutControls } from "../../../face/format.ts";
import type { RoleContext } from "../../role.ts";
import { faceEnvironment } from "./face-environment.ts";
import { type Outcome, runCommand } from "./run-command.ts";

export interface ExecOptions {
  readonly command: string;
  /** Commands that run at once. */
  readonly concurrency: number;
  /** A command is killed after this time, seconds. */
  readonly timeout: number;
  /** That of the commands, without settings of facepipe. */
  readonly environment: NodeJS.ProcessEnv;
}

/** Pictures that wait for a command: more are skipped, so that a slow command does not fill the memory. */
const mostWaiting = 100;
/** Bytes of these. */
const mostBytes = 64 * 2 ** 20;
/** Between two warnings, ms. */
const warningInterval = 60_000;

/** Runs a command for each picture. What it does, or does not, never holds up who adds pictures. */
export class ExecQueue {
  readonly #options: ExecOptions;
  readonly #context: RoleContext;
  readonly #running = new Set<Promise<void>>();
  readonly #slots: Semaphore;
  #waiting = 0;
  #waitingBytes = 0;
  #failures = 0;
  #lastWarning = Number.NEGATIVE_INFINITY;

  constructor(options: ExecOptions, context: RoleContext) {
    this.#options = options;
    this.#context = context;
    this.#slots = new Semaphore(options.concurrency);
  }

  /** Runs the command for this message soon; not for what is no picture. */
  add(message: ReceivedMessage): void {
    const face = faceEnvironment(message, new Date());
    if (!face) return;
    const bytes = message.payload.length;
    if (this.#waiting >= mostWaiting || this.#waitingBytes + bytes > mostBytes) {
      this.#context.metrics.commands.inc({ result: "skipped" });
      this.#warn(
        `--exec: the command is too slow, and ${mostWaiting} pictures wait for it: others are skipped`,
      );
      return;
    }
    this.#waiting++;
    this.#waitingBytes += bytes;
    const done = this.#slots.run(() => {
      this.#waiting--;
      this.#waitingBytes -= bytes;
      return this.#run(message.payload, face);
    });
    this.#running.add(done);
    void done.finally(() => this.#running.delete(done));
  }

  /** Waits for the commands of all pictures, or until the grace period ends. */
  async finish(): Promise<void> {
    await doneBefore(Promise.all(this.#running), this.#context.deadline);
  }

  async #run(input: Buffer, face: Readonly<Record<string, string>>): Promise<void> {
    const { command: text, timeout, environment } = this.#options;
    const { metrics, log, deadline } = this.#context;
    const stop = AbortSignal.any([AbortSignal.timeout(timeout * 1000), deadline]);
    const outcome = await runCommand({ text, input, environment: { ...environment, ...face } }, stop);
    metrics.commands.inc({ result: outcome.result });
    log.debug(
      eventFields("command_ended"),
      `--exec: ${outcome.result}, ${face["FACE_TOPIC"]}${lastOutput(outcome)}`,
    );
    if (outcome.result !== "ok") this.#warn(`--exec: the command ${outcome.reason}${lastOutput(outcome)}`);
  }

  /** At once, and then at most once a minute, with how many there were since. */
  #warn(text: string): void {
    this.#failures++;
    const now = performance.now();
    if (now - this.#lastWarning < warningInterval) return;
    const since = this.#failures > 1 ? ` (${this.#failures} times since the last warning)` : "";
    this.#context.log.warn(eventFields("command_failed"), `${text}${since}`);
    this.#lastWarning = now;
    this.#failures = 0;
  }
}

/** The end of what a command printed, in one line. */
function lastOutput({ output }: Outcome): string {
  const last = output.trim().split("\n").at(-1) ?? "";
  return last === "" ? "" : `: ${withoutControls(last.slice(-200))}`;
}
