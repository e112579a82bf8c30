import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findCommand } from "../support/commands.ts";
import { freePort } from "../support/ports.ts";
import { ServerProcess } from "../support/server-process.ts";
import type { TestBroker } from "./test-broker.ts";

/** The one in /usr/sbin changes to the user `rabbitmq`, who cannot write to our directory. */
const script = "/usr/lib/rabbitmq/bin/rabbitmq-server";

/** Why a test that needs RabbitMQ cannot run here; for `skip`. */
export function rabbitMqMissing(): string | undefined {
  if (existsSync(script) && findCommand("epmd")) return undefined;
  return "needs RabbitMQ (Debian: rabbitmq-server)";
}

/** A RabbitMQ with its MQTT plugin; `lines` are more of rabbitmq.conf. `broker.stop()` is up to the caller. */
export async function startRabbitMq(lines: readonly string[] = []): Promise<RabbitMq> {
  const directory = await mkdtemp(join(tmpdir(), "facepipe-rabbitmq-"));
  // Another program may take a free port first.
  for (let attempt = 1; ; attempt++) {
    const broker = new RabbitMq(directory, {
      mqtt: await freePort(),
      distribution: await freePort(),
      portMapper: await freePort(),
    });
    try {
      await broker.prepare(lines);
      await broker.restart();
      return broker;
    } catch (error) {
      if (broker.isPortTaken && attempt < 3) await broker.end();
      else {
        await broker.stop();
        throw error;
      }
    }
  }
}

interface Ports {
  readonly mqtt: number;
  /** Of Erlang's distribution. */
  readonly distribution: number;
  /** Of epmd, which tells Erlang nodes each other's ports; one of its own, since it would outlive the broker otherwise. */
  readonly portMapper: number;
}

export class RabbitMq implements TestBroker {
  readonly url: string;
  readonly #directory: string;
  readonly #ports: Ports;
  readonly #server = new ServerProcess("rabbitmq-server");
  readonly #portMapper = new ServerProcess("epmd");

  constructor(directory: string, ports: Ports) {
    this.#directory = directory;
    this.#ports = ports;
    this.url = `mqtt://127.0.0.1:${ports.mqtt}`;
  }

  get log(): string {
    return this.#server.log;
  }

  /** One of its ports belongs to another program. */
  get isPortTaken(): boolean {
    return /eaddrinuse|already in use/i.test(this.#server.log + this.#portMapper.log);
  }

  async prepare(lines: readonly string[]): Promise<void> {
    for (const folder of ["home", "data", "conf.d"]) await mkdir(this.#path(folder), { recursive: true });
    const configuration = [
      "listeners.tcp = none",
      `mqtt.listeners.tcp.1 = 127.0.0.1:${this.#ports.mqtt}`,
      "mqtt.allow_anonymous = true",
      // It refuses to accept messages below.
      "disk_free_limit.absolute = 10MB",
      "log.console = true",
      "log.console.level = info",
      ...lines,
    ];
    await writeFile(this.#path("rabbitmq.conf"), `${configuration.join("\n")}\n`);
    await writeFile(this.#path("enabled_plugins"), "[rabbitmq_mqtt].\n");
  }

  async restart(): Promise<void> {
    await this.#server.end("SIGKILL");
    const { portMapper } = this.#ports;
    if (!this.#portMapper.pid)
      await this.#portMapper.start(
        "epmd",
        ["-d", "-d", "-port", String(portMapper), "-address", "127.0.0.1"],
        /entering the main select\(\) loop/,
      );
    // Written after its listeners are open.
    await this.#server.start(script, [], /Server startup complete/, { env: this.#environment });
  }

  async logged(pattern: RegExp, from = 0): Promise<void> {
    await this.#server.logged(pattern, from);
  }

  async kill(): Promise<void> {
    await this.#server.end("SIGKILL");
  }

  async end(): Promise<void> {
    for (const process of [this.#server, this.#portMapper]) await process.end("SIGKILL");
  }

  async stop(): Promise<void> {
    await this.end();
    await rm(this.#directory, { recursive: true, force: true, maxRetries: 5 });
  }

  #path(name: string): string {
    return join(this.#directory, name);
  }

  get #environment(): NodeJS.ProcessEnv {
    const inherited = Object.entries(process.env).filter(([name]) => !/^(RABBITMQ|ERL)_/.test(name));
    const { mqtt, distribution, portMapper } = this.#ports;
    return {
      ...Object.fromEntries(inherited),
      HOME: this.#path("home"),
      ERL_EPMD_PORT: String(portMapper),
      ERL_EPMD_ADDRESS: "127.0.0.1",
      RABBITMQ_NODENAME: `facepipe-${mqtt}@localhost`,
      RABBITMQ_DIST_PORT: String(distribution),
      RABBITMQ_CONF_ENV_FILE: "/dev/null",
      RABBITMQ_CONFIG_FILE: this.#path("rabbitmq.conf"),
      // Otherwise those in /etc are read as well.
      RABBITMQ_CONFIG_FILES: this.#path("conf.d"),
      RABBITMQ_ADVANCED_CONFIG_FILE: this.#path("advanced.config"),
      RABBITMQ_ENABLED_PLUGINS_FILE: this.#path("enabled_plugins"),
      RABBITMQ_MNESIA_BASE: this.#path("data"),
      RABBITMQ_LOG_BASE: this.#path("data"),
      RABBITMQ_LOGS: "-",
      // The distribution must not listen on other interfaces.
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: "-kernel inet_dist_use_interface {127,0,0,1}",
      // Then the script becomes the server, instead of being its parent, which a SIGKILL would not pass on.
      RUNNING_UNDER_SYSTEMD: "true",
    };
  }
}
