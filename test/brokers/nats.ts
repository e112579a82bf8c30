import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findCommand } from "../support/commands.ts";
import { freePort } from "../support/ports.ts";
import { ServerProcess } from "../support/server-process.ts";
import type { TestBroker } from "./test-broker.ts";

/** Why a test that needs NATS cannot run here; for `skip`. */
export function natsMissing(): string | undefined {
  return findCommand("nats-server") ? undefined : "needs nats-server (Debian: nats-server)";
}

/** One server with JetStream and MQTT; `stop()` is up to the caller. */
export async function startNats(): Promise<Nats> {
  const [server] = await startTogether(1);
  if (!server) throw new Error("no server");
  return server;
}

/** Servers that keep a copy of each message and each session on `size` of them; `stop()` of each is up to the caller. */
export async function startNatsCluster(size: number): Promise<Nats[]> {
  const servers = await startTogether(size);
  // Until they have elected one, no client can connect.
  await Promise.race(servers.map((server) => server.logged(/JetStream cluster new metadata leader/)));
  return servers;
}

async function startTogether(size: number): Promise<Nats[]> {
  // Another program may take a free port first.
  for (let attempt = 1; ; attempt++) {
    const routes = await Promise.all(Array.from({ length: size }, freePort));
    const servers = await Promise.all(routes.map((_, index) => Nats.make(index, routes)));
    const started = await Promise.allSettled(servers.map((server) => server.restart()));
    const failed = started.find((each) => each.status === "rejected");
    if (!failed) return servers;
    await Promise.all(servers.map((server) => server.stop()));
    if (attempt === 3 || !servers.some(({ log }) => /address already in use/.test(log))) throw failed.reason;
  }
}

export class Nats implements TestBroker {
  readonly url: string;
  readonly #directory: string;
  readonly #server = new ServerProcess("nats-server");

  /** `routes`: the ports on which the servers of the cluster reach one another; this one is number `index`. */
  static async make(index: number, routes: readonly number[]): Promise<Nats> {
    const directory = await mkdtemp(join(tmpdir(), "facepipe-nats-"));
    const [clients, mqtt] = [await freePort(), await freePort()];
    await mkdir(join(directory, "jetstream"));
    const cluster = [
      'cluster { name: "faces"',
      `  listen: "127.0.0.1:${routes[index]}"`,
      `  routes: [${routes.map((port) => `"nats://127.0.0.1:${port}"`).join(", ")}] }`,
    ];
    const configuration = [
      `server_name: "facepipe-${index + 1}"`,
      `listen: "127.0.0.1:${clients}"`,
      `jetstream { store_dir: "${join(directory, "jetstream")}" }`,
      `mqtt { listen: "127.0.0.1:${mqtt}"`,
      ...(routes.length > 1 ? [`  stream_replicas: ${routes.length} }`, ...cluster] : ["}"]),
    ];
    await writeFile(join(directory, "nats.conf"), `${configuration.join("\n")}\n`);
    return new Nats(directory, mqtt);
  }

  private constructor(directory: string, port: number) {
    this.#directory = directory;
    this.url = `mqtt://127.0.0.1:${port}`;
  }

  get log(): string {
    return this.#server.log;
  }

  async restart(): Promise<void> {
    await this.kill();
    await this.#server.start("nats-server", ["-c", join(this.#directory, "nats.conf")], /Server is ready/);
  }

  async logged(pattern: RegExp, from = 0): Promise<void> {
    await this.#server.logged(pattern, from);
  }

  async kill(): Promise<void> {
    await this.#server.end("SIGKILL");
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.#directory, { recursive: true, force: true, maxRetries: 5 });
  }
}
