import type { ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Certificates } from "./certificates.ts";
import { findCommand } from "./commands.ts";
import { configure, type MosquittoOptions, prepare } from "./mosquitto-config.ts";
import { freePort } from "./ports.ts";
import { ServerProcess } from "./server-process.ts";

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
  /** Running mosquitto_pub and mosquitto_sub; mosquitto_sub would reconnect to a stopped broker for ever. */
  readonly clients = new Set<ChildProcess>();
  readonly #server = new ServerProcess("mosquitto");

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
    return this.#server.pid;
  }

  /** All that mosquitto has written to its log. */
  get log(): string {
    return this.#server.log;
  }

  /** Stops it cleanly if it runs and starts it again: same port, same directory. Resolves when it accepts connections. */
  async restart(): Promise<void> {
    await this.#server.end("SIGTERM");
    const file = await configure(this.directory, this.port, this.options, this.certificates);
    // Written after its listeners are open.
    await this.#server.start("mosquitto", ["-c", file], /mosquitto version \S+ running/);
  }

  /** Resolves once its log has `pattern` at or after position `from`, e.g. a client's "disconnected". */
  async logged(pattern: RegExp, from = 0): Promise<void> {
    await this.#server.logged(pattern, from);
  }

  /** SIGKILL: nothing is saved, no connection is closed in order. */
  async kill(): Promise<void> {
    await this.#server.end("SIGKILL");
  }

  /** It hangs: connections stay open and nothing is answered, until `resume()`. */
  pause(): void {
    this.#server.pause();
  }

  resume(): void {
    this.#server.resume();
  }

  /** Kills it and removes its directory. */
  async stop(): Promise<void> {
    for (const client of this.clients) client.kill();
    await this.#server.end("SIGKILL");
    await rm(this.directory, { recursive: true, force: true });
  }
}
