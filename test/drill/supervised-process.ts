import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { spawnWithUs } from "../support/commands.ts";
import { newestValues, type Values } from "./metrics.ts";

/** One run of a process, from its start to its end. */
export interface Life {
  readonly pid: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** The highest value of each metric that was read; of a counter that of the last poll before a SIGKILL. */
  readonly values: Map<string, number>;
}

export interface ProcessOptions {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly env: NodeJS.ProcessEnv;
  /** All its output is appended to this file. */
  readonly logFile: string;
  /** Where its metrics are. */
  readonly httpUrl: string;
  /** How often its metrics are read, milliseconds. */
  readonly pollInterval: number;
}

/** How long a process that ended by itself is away: a supervisor such as systemd waits too, milliseconds. */
const restartDelay = 500;

/** A process of facepipe that is started again, with the same arguments, whenever it ends. */
export class SupervisedProcess {
  readonly name: string;
  readonly lives: Life[] = [];
  /** Exit codes of the times it ended without being told to. */
  readonly unexpectedExits: (number | string)[] = [];
  /** The metrics that were read last. */
  latest: Values = new Map();
  readonly #options: ProcessOptions;
  readonly #stopped = new AbortController();
  #running:
    | { readonly kill: (signal: NodeJS.Signals) => void; readonly closed: Promise<unknown> }
    | undefined;
  /** It is to stay down: someone killed it and will start it. */
  #isHeld = true;

  constructor(options: ProcessOptions) {
    this.name = options.name;
    this.#options = options;
    void this.#poll();
  }

  /** The current life, if it runs. */
  get life(): Life | undefined {
    return this.#running ? this.lives.at(-1) : undefined;
  }

  start(): void {
    this.#isHeld = false;
    if (this.#running || this.#stopped.signal.aborted) return;
    const { command, env, logFile } = this.#options;
    const [program, ...args] = command;
    const child = spawnWithUs(program, args, { env });
    const life: Life = {
      pid: child.pid ?? 0,
      startedAt: Date.now(),
      values: new Map(),
    };
    this.lives.push(life);
    const output = createWriteStream(logFile, { flags: "a" });
    child.stdout.pipe(output, { end: false });
    child.stderr.pipe(output, { end: false });
    const closed = once(child, "close").then(([code, signal]) => {
      output.end();
      this.#running = undefined;
      if (!this.#isHeld) this.#restart(code ?? signal);
      return code;
    });
    this.#running = { kill: (signal) => void child.kill(signal), closed };
  }

  /** SIGKILL; it stays down until `start()`. */
  async kill(): Promise<void> {
    await this.stop("SIGKILL");
  }

  /** Ends it; it stays down until `start()`. Resolves with the exit code. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<unknown> {
    this.#isHeld = true;
    this.#running?.kill(signal);
    return this.#running?.closed;
  }

  pause(): void {
    this.#running?.kill("SIGSTOP");
  }

  resume(): void {
    this.#running?.kill("SIGCONT");
  }

  /** Resolves once /readyz answers 200. */
  async ready(signal: AbortSignal): Promise<void> {
    for (;;) {
      const isReady = await fetch(`${this.#options.httpUrl}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (isReady) return;
      await delay(50, undefined, { signal });
    }
  }

  /** The sum of a counter over all lives. */
  total(counter: string): number {
    return this.lives.reduce((sum, { values }) => sum + (values.get(counter) ?? 0), 0);
  }

  /** Kills it for the last time. */
  async close(): Promise<void> {
    this.#stopped.abort();
    await this.kill();
  }

  #restart(ending: number | string): void {
    this.unexpectedExits.push(ending);
    const start = () => {
      if (!this.#isHeld) this.start();
    };
    delay(restartDelay, undefined, { signal: this.#stopped.signal }).then(start, () => undefined);
  }

  async #poll(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      const { life } = this;
      // Counters only grow, so an answer of the next life cannot lower those of this one.
      if (life) {
        this.latest = await newestValues(this.#options.httpUrl);
        keepHighest(life.values, this.latest);
      }
      await delay(this.#options.pollInterval, undefined, { signal: this.#stopped.signal }).catch(
        () => undefined,
      );
    }
  }
}

function keepHighest(values: Map<string, number>, read: Values): void {
  for (const [name, value] of read) values.set(name, Math.max(value, values.get(name) ?? 0));
}
