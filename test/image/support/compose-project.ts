import { randomBytes } from "node:crypto";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { TestContext } from "node:test";
import { type Objects, objectsInFolder } from "../../pipeline/objects.ts";
import { findCommand } from "../../support/commands.ts";
import { cutLine } from "./container-network.ts";
import { command, podman, tryPodman } from "./podman.ts";

/** Why Compose files cannot be run here, for `skip`. */
export function composeMissing(): string | undefined {
  const missing = ["podman-compose", "openssl"].find((name) => !findCommand(name));
  return (
    missing && `needs ${missing} (Debian: apt-get install --no-install-recommends podman-compose openssl)`
  );
}

/** Edge and cloud of deploy/compose on this machine, as an operator has them. */
export class Composed {
  readonly #project = `facepipe-${randomBytes(3).toString("hex")}`;
  readonly #folder: string;

  /** `values`: lines of .env. All is taken down after the test. */
  static async start(t: TestContext, values: Readonly<Record<string, string>>): Promise<Composed> {
    // Not a folder of the test's: that would go before the containers do.
    const folder = await mkdtemp(join(tmpdir(), "facepipe-compose-"));
    const filter = (path: string) => ![".env", "secrets"].includes(basename(path));
    await cp("deploy/compose", folder, { recursive: true, filter });
    await command("deploy/make-secrets.sh", join(folder, "secrets"), "cloud-broker");
    const lines = Object.entries(values).map(([name, value]) => `${name}=${value}\n`);
    await writeFile(join(folder, ".env"), lines.join(""));
    const composed = new Composed(folder);
    t.after(() => composed.#down());
    await composed.#compose("up", "-d");
    return composed;
  }

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** What make-secrets.sh made for it. */
  get secrets(): string {
    return join(this.#folder, "secrets");
  }

  /** podman's name of a service's container. */
  container(service: string): string {
    return `${this.#project}_${service}_1`;
  }

  /** What the image's HEALTHCHECK says; podman asks by itself only where systemd runs. */
  async isHealthy(service: string): Promise<boolean> {
    return (await tryPodman("healthcheck", "run", this.container(service))).code === 0;
  }

  /** SIGKILL from outside, after which its restart policy holds; `podman kill` would count as the user's wish. */
  async kill(service: string): Promise<void> {
    const pid = await podman("container", "inspect", "--format", "{{.State.Pid}}", this.container(service));
    process.kill(Number(pid), "SIGKILL");
  }

  async restart(service: string): Promise<void> {
    await this.#compose("restart", service);
  }

  /** SIGTERM, as `docker compose stop`; gives all that the service has printed. */
  async stop(service: string): Promise<string> {
    await this.#compose("stop", service);
    const { stdout, stderr } = await tryPodman("logs", this.container(service));
    return stdout + stderr;
  }

  /** Cuts a service off a network, and resolves to what lets it on again. */
  async cut(service: string, network: string): Promise<() => Promise<void>> {
    const line = [this.container(service), `${this.#project}_${network}`] as const;
    await cutLine(...line, true);
    return () => cutLine(...line, false);
  }

  /** The files of store's directory. */
  async stored(): Promise<Objects> {
    const format = ["--format", "{{.Mountpoint}}"];
    const volume = await podman("volume", "inspect", ...format, `${this.#project}_faces`);
    const files = await objectsInFolder(join(volume, "faces")).catch(() => new Map<string, Buffer>());
    return new Map([...files].filter(([path]) => !path.startsWith(".facepipe-tmp")));
  }

  async #compose(...args: string[]): Promise<void> {
    const files = ["edge.yaml", "cloud.yaml"].flatMap((file) => ["-f", join(this.#folder, file)]);
    await command("podman-compose", "-p", this.#project, ...files, ...args);
  }

  async #down(): Promise<void> {
    await this.#compose("down", "-v");
    // podman-compose 1.0.3 leaves its networks.
    const networks = ["edge", "cloud", "wide-area"].map((name) => `${this.#project}_${name}`);
    await podman("network", "rm", "--force", ...networks);
    await rm(this.#folder, { recursive: true });
  }
}
