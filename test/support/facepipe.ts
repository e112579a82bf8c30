import { EventEmitter, once } from "node:events";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import type { LogEvent } from "../../src/base/log-events.ts";
import { spawnWithUs } from "./commands.ts";

/** The program as a user has it: `npm run build` comes first. */
export const binary = fileURLToPath(new URL("../../bin/facepipe.js", import.meta.url));

export interface StartOptions {
  /** More environment; FACEPIPE_* and AWS_* of whoever runs the tests are not inherited. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Options of node itself. */
  readonly node?: readonly string[] | undefined;
  readonly cwd?: string | undefined;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Output extends Exit {
  readonly stdout: string;
  readonly stderr: string;
}

/** A record of the JSON log, which is what stderr has when it is no terminal. */
export interface LogRecord {
  readonly level: string;
  readonly msg: string;
  readonly event?: LogEvent;
  readonly [field: string]: unknown;
}

/** What fields of a record must be: equal, or for a pattern, matched by it. */
export type Fields = Readonly<Record<string, string | number | boolean | RegExp>>;

/** Starts the built facepipe; it is killed when the test ends. */
export function startFacepipe(t: TestContext, args: readonly string[], options: StartOptions = {}): Program {
  const program = new Program(args, options);
  t.after(() => program.kill());
  return program;
}

/** Runs facepipe to its end. */
export async function facepipe(
  t: TestContext,
  args: readonly string[],
  options?: StartOptions,
): Promise<Output> {
  const program = startFacepipe(t, args, options);
  const exit = await program.ended;
  return { ...exit, stdout: program.stdout, stderr: program.stderr };
}

/** A running facepipe. Whatever is awaited rejects, with all of stderr, when the program ends first. */
export class Program {
  /** All output until now. */
  stdout = "";
  stderr = "";
  /** All log records until now. */
  readonly log: LogRecord[] = [];
  readonly child;
  readonly ended: Promise<Exit>;
  readonly #changed = new EventEmitter().setMaxListeners(0);
  #exit: Exit | undefined;
  /** How much of stderr has been read as records. */
  #parsed = 0;

  constructor(args: readonly string[], { env = {}, node = [], cwd }: StartOptions) {
    this.child = spawnWithUs(process.execPath, [...node, binary, ...args], {
      env: { ...cleanEnvironment(), ...env },
      cwd,
    });
    this.child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
      this.#changed.emit("change");
    });
    this.child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
      this.#parse();
      this.#changed.emit("change");
    });
    this.ended = once(this.child, "close").then(([code, signal]) => {
      this.#exit = { code, signal };
      this.#changed.emit("change");
      return this.#exit;
    });
  }

  /** The log records of this event until now, from position `from` of `log` on. */
  events(event: LogEvent, fields: Fields = {}, from = 0): LogRecord[] {
    return this.log.slice(from).filter((record) => matches(record, { event, ...fields }));
  }

  /** Resolves with the first log record of this event, at or after position `from` of `log`. */
  async event(event: LogEvent, fields: Fields = {}, from = 0): Promise<LogRecord> {
    return this.#until(`the event ${event} ${JSON.stringify(fields)}`, () => {
      return this.events(event, fields, from)[0];
    });
  }

  /** Resolves with the log records of this event once there are at least `count`. */
  async eventTimes(event: LogEvent, count: number, fields: Fields = {}): Promise<LogRecord[]> {
    return this.#until(`${count} events ${event} ${JSON.stringify(fields)}`, () => {
      const found = this.events(event, fields);
      return found.length < count ? undefined : found;
    });
  }

  /** Resolves when stderr matches: for what is no event. */
  async logged(pattern: RegExp): Promise<void> {
    await this.#until(`${pattern} on stderr`, () => pattern.test(this.stderr) || undefined);
  }

  /** Resolves when stdout has at least `count` matches. */
  async printed(pattern: RegExp, count = 1): Promise<void> {
    const all = new RegExp(pattern, `${pattern.flags.replace("g", "")}g`);
    await this.#until(
      `${pattern} on stdout`,
      () => (this.stdout.match(all)?.length ?? 0) >= count || undefined,
    );
  }

  /** The URL of health checks and metrics: with `--http`. */
  async httpUrl(): Promise<string> {
    const { msg } = await this.event("http_listening");
    return /http:\/\/\S+/.exec(msg)?.[0] ?? "";
  }

  get running(): boolean {
    return this.#exit === undefined;
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Resolves when it has ended. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<Exit> {
    this.child.kill(signal);
    return this.ended;
  }

  async kill(): Promise<Exit> {
    return this.stop("SIGKILL");
  }

  #parse(): void {
    for (let end = this.stderr.indexOf("\n", this.#parsed); end >= 0; ) {
      const line = this.stderr.slice(this.#parsed, end);
      // The other lines are sentences for a person.
      if (line.startsWith("{")) this.log.push(JSON.parse(line));
      this.#parsed = end + 1;
      end = this.stderr.indexOf("\n", this.#parsed);
    }
  }

  async #until<T>(what: string, find: () => T | undefined): Promise<T> {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      if (this.#exit)
        throw new Error(`facepipe ended with ${this.#exit.code} before ${what}:\n${this.stderr}`);
      await once(this.#changed, "change");
    }
  }
}

function matches(record: LogRecord, fields: Fields): boolean {
  return Object.entries(fields).every(([name, wanted]) => {
    const value = record[name];
    return wanted instanceof RegExp ? wanted.test(String(value)) : value === wanted;
  });
}

/** Without settings of whoever runs the tests, those in files of the AWS SDK included. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(AWS|FACEPIPE)_/.test(name));
  return {
    ...Object.fromEntries(own),
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_EC2_METADATA_DISABLED: "true",
  };
}
