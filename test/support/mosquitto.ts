import type { ChildProcess } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Certificates } from "./certificates.ts";
import { findCommand, spawnWithUs } from "./commands.ts";
import { configure, type MosquittoOptions, prepare } from "./mosquitto-config.ts";
import { freePort } from "./ports.ts";

/** Why a test that needs mosquitto cannot run here; for `skip`. */
export function mosquittoMissing(): string | undefined {
  const missing = ["mosquitto", "mosquitto_passwd", "mosquitto_pub", "mosquitto_sub"].find(
    (name) => !findCommand(name),
  );
  return missing && `needs ${missing} (Debian: mosquitto mosquitto-clients)`;
}

/** A real broker on a free port of 127.0.0.1, accepting connections; `t.after(() => broker.stop())` is up to the caller. */
export async function startMosquitto(options: MosquittoOptions = {}): Promise<Mosquitto> {
  const directory = await mkdtemp(join(tmpdir(), "facepipe-mosquitto-"));
  const certificates = await prepare(directory, options);
  for (;;) {
    const broker = new Mosquitto(directory, await freePort(), options, certificates);
    try {
      await broker.restart();
      return broker;
    } catch (error) {
      if (!broker.log.includes("Address already in use")) throw error;
    }
  }
}

export class Mosquitto {
  readonly directory: string;
  readonly port: number;
  readonly url: string;
  readonly options: MosquittoOptions;
  /** Set when `options.tls` is: the authority, and a client's certificate and key. */
  readonly certificates: Certificates | undefined;
  /** All that mosquitto has written to its log. */
  log = "";
  /** Running mosquitto_pub and mosquitto_sub; mosquitto_sub would reconnect to a stopped broker for ever. */
  readonly clients = new Set<ChildProcess>();
  #process: ChildProcess | undefined;
  readonly #logged = new EventEmitter();

  constructor(
    directory: string,
    port: number,
    options: MosquittoOptions,
    certificates: Certificates | undefined,
  ) {
    this.directory = directory;
    this.port = port;
    this.options = options;
    this.certificates = certificates;
    const scheme = options.websockets ? "ws" : "mqtt";
    this.url = `${scheme}${certificates ? "s" : ""}://127.0.0.1:${port}`;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Stops it cleanly if it runs and starts it again: same port, same directory. Resolves when it accepts connections. */
  async restart(): Promise<void> {
    await this.#end("SIGTERM");
    const file = await configure(this.directory, this.port, this.options, this.certificates);
    const child = spawnWithUs("mosquitto", ["-c", file]);
    this.#process = child;
    const from = this.log.length;
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.log += text;
      this.#logged.emit("text");
    });
    await Promise.race([
      // Written after its listeners are open.
      this.logged(/mosquitto version \S+ running/, from),
      once(child, "close").then(() => {
        throw new Error(`mosquitto did not start: ${this.log.slice(from)}`);
      }),
    ]);
  }

  /** Resolves once its log has `pattern` at or after position `from`, e.g. a client's "disconnected". */
  async logged(pattern: RegExp, from = 0): Promise<void> {
    while (!pattern.test(this.log.slice(from))) await once(this.#logged, "text");
  }

  /** SIGKILL: nothing is saved, no connection is closed in order. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** It hangs: connections stay open and nothing is answered, until `resume()`. */
  pause(): void {
    this.#process?.kill("SIGSTOP");
  }

  resume(): void {
    this.#process?.kill("SIGCONT");
  }

  /** Kills it and removes its directory. */
  async stop(): Promise<void> {
    for (const client of this.clients) client.kill();
    await this.#end("SIGKILL");
    await rm(this.directory, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const closed = once(child, "close");
    child.kill(signal);
    await closed;
  }
}
