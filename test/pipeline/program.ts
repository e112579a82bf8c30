import { EventEmitter, once } from "node:events";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { spawnWithUs } from "../support/commands.ts";

const binary = fileURLToPath(new URL("../../bin/facepipe.js", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Starts the built `facepipe` with these arguments, and with no settings of whoever runs the tests. */
export function facepipe(
  t: TestContext,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Program {
  const program = new Program(args, environment);
  t.after(() => program.kill());
  return program;
}

/** A running facepipe: what it writes can be awaited. */
export class Program {
  /** All of stdout and of stderr until now. */
  out = "";
  err = "";
  readonly ended: Promise<Ended>;
  readonly #child;
  readonly #more = new EventEmitter();
  #end: Ended | undefined;

  constructor(args: readonly string[], environment: Readonly<Record<string, string>>) {
    const foreign = Object.keys(process.env).filter((name) => /^(AWS|FACEPIPE)_/.test(name));
    const variables = {
      AWS_CONFIG_FILE: "/dev/null",
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
      AWS_EC2_METADATA_DISABLED: "true",
      ...environment,
    };
    this.#child = spawnWithUs("env", [
      ...foreign.flatMap((name) => ["-u", name]),
      ...Object.entries(variables).map(([name, value]) => `${name}=${value}`),
      ...[process.execPath, binary, ...args],
    ]);
    this.#child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.out += text;
      this.#more.emit("more");
    });
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.err += text;
      this.#more.emit("more");
    });
    this.ended = once(this.#child, "close").then(([code, signal]) => {
      this.#end = { code, signal };
      this.#more.emit("more");
      return this.#end;
    });
  }

  /** Resolves when stderr, which has the log, matches at or after position `from`. */
  async logged(pattern: RegExp, from = 0): Promise<void> {
    await this.#until(pattern, () => this.err.slice(from));
  }

  /** Resolves when stderr has at least `count` matches of a global pattern. */
  async loggedTimes(pattern: RegExp, count: number): Promise<void> {
    await this.#until(pattern, () => (this.timesLogged(pattern) >= count ? this.err : ""));
  }

  timesLogged(pattern: RegExp): number {
    return this.err.match(pattern)?.length ?? 0;
  }

  /** Resolves when stdout, which has the results, matches. */
  async printed(pattern: RegExp): Promise<void> {
    await this.#until(pattern, () => this.out);
  }

  /** Resolves when stdout has at least `count` matches of a global pattern. */
  async printedTimes(pattern: RegExp, count: number): Promise<void> {
    await this.#until(pattern, () => ((this.out.match(pattern)?.length ?? 0) >= count ? this.out : ""));
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** SIGTERM, or another signal; resolves when it has ended. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<Ended> {
    this.#child.kill(signal);
    return this.ended;
  }

  async kill(): Promise<Ended> {
    return this.stop("SIGKILL");
  }

  async #until(pattern: RegExp, text: () => string): Promise<void> {
    while (text().search(pattern) < 0) {
      if (this.#end) throw new Error(`facepipe ended with ${this.#end.code} before ${pattern}:\n${this.err}`);
      await once(this.#more, "more");
    }
  }
}
