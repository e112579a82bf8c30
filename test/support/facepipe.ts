import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import type { TestContext } from "node:test";

/** The built program, as a user has it: `npm run build` comes first. */
const binary = new URL("../../bin/facepipe.js", import.meta.url).pathname;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StartOptions {
  /** More environment; none of FACEPIPE_* is inherited. */
  readonly env?: Readonly<Record<string, string>>;
  /** Options of node itself. */
  readonly node?: readonly string[];
  readonly cwd?: string;
}

/** A running facepipe; it is killed when the test ends. */
export function startFacepipe(t: TestContext, args: readonly string[], options: StartOptions = {}) {
  const { env = {}, node = [], cwd } = options;
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("FACEPIPE_"));
  const child = spawn(process.execPath, [...node, binary, ...args], {
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: ["ignore", "pipe", "pipe"],
    ...(cwd === undefined ? {} : { cwd }),
  });
  t.after(() => child.kill("SIGKILL"));
  const stdout = new Text(child.stdout);
  const stderr = new Text(child.stderr);
  const ended: Promise<Ended> = once(child, "close").then(([code, signal]) => {
    return { code, signal, stdout: stdout.text, stderr: stderr.text };
  });
  return { child, stdout, stderr, ended };
}

/** Runs facepipe to its end. */
export function facepipe(t: TestContext, args: readonly string[], options?: StartOptions): Promise<Ended> {
  return startFacepipe(t, args, options).ended;
}

/** What a process has written so far. */
class Text {
  text = "";
  readonly #stream: Readable;

  constructor(stream: Readable) {
    this.#stream = stream.setEncoding("utf8").on("data", (more: string) => {
      this.text += more;
    });
  }

  /** Resolves once `pattern` was written; rejects when the stream ends without it. */
  async has(pattern: RegExp): Promise<void> {
    const gone = once(this.#stream, "close").then(() => {
      if (!pattern.test(this.text)) throw new Error(`ended without ${pattern}: ${this.text}`);
    });
    gone.catch(() => undefined);
    while (!pattern.test(this.text)) await Promise.race([once(this.#stream, "data"), gone]);
  }
}
