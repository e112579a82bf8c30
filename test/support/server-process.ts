import { EventEmitter, once } from "node:events";
import { type SpawnOptions, spawnWithUs } from "./commands.ts";

/** A server that writes a log to stdout or stderr; it can be killed and started again, any number of times. */
export class ServerProcess {
  readonly #name: string;
  /** All that it has written to stdout and stderr. */
  log = "";
  #process: ReturnType<typeof spawnWithUs> | undefined;
  readonly #logged = new EventEmitter().setMaxListeners(0);

  constructor(name: string) {
    this.#name = name;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Resolves when the log has `ready`; rejects when the server ends before. */
  async start(
    command: string,
    args: readonly string[],
    ready: RegExp,
    options?: SpawnOptions,
  ): Promise<void> {
    const child = spawnWithUs(command, args, options);
    this.#process = child;
    const from = this.log.length;
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        this.log += text;
        this.#logged.emit("text");
      });
    await Promise.race([
      this.logged(ready, from),
      once(child, "close").then(() => {
        throw new Error(`${this.#name} did not start: ${this.log.slice(from)}`);
      }),
    ]);
  }

  /** Resolves once its log has `pattern` at or after position `from`. */
  async logged(pattern: RegExp, from = 0): Promise<void> {
    while (!pattern.test(this.log.slice(from))) await once(this.#logged, "text");
  }

  /** It hangs: connections stay open and nothing is answered, until `resume()`. */
  pause(): void {
    this.#process?.kill("SIGSTOP");
  }

  resume(): void {
    this.#process?.kill("SIGCONT");
  }

  /** Resolves when it has ended; does nothing if it does not run. */
  async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const closed = once(child, "close");
    child.kill(signal);
    await closed;
  }
}
