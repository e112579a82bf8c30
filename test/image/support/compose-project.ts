import { randomBytes } from "node:crypto";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { TestContext } from "node:test";
import { withSettings } from "../../deploy/render.ts";
import { type Objects, objectsInFolder } from "../../pipeline/objects.ts";
import { findCommand } from "../../support/commands.ts";
import { setNetworkBlocked } from "./container-network.ts";
import { command, podman, tryPodman } from "./podman.ts";

/** Why Compose files cannot be run here, for `skip`. */
export function composeMissing(): string | undefined {
  const missing = ["podman-compose", "openssl"].find((name) => !findCommand(name));
  return (
    missing && `needs ${missing} (Debian: apt-get install --no-install-recommends podman-compose openssl)`
  );
}

/** Edge and cloud of deploy/compose on this machine, as an operator runs them. */
export class ComposeProject {
  readonly #project = `facepipe-${randomBytes(3).toString("hex")}`;
  readonly #folder: string;

  /**
   * `values`: variables of .env; `settings`: override those of secrets/facepipe.yaml, by path. Everything is removed after
   * the test.
   */
  static async start(
    t: TestContext,
    {
      values,
      settings,
    }: { values: Readonly<Record<string, string>>; settings: Readonly<Record<string, unknown>> },
  ): Promise<ComposeProject> {
    // Not emptyFolder(), which would be deleted before the containers.
    const folder = await mkdtemp(join(tmpdir(), "facepipe-compose-"));
    const filter = (path: string) => ![".env", "secrets"].includes(basename(path));
    await cp("deploy/compose", folder, { recursive: true, filter });
    await command("deploy/make-secrets.sh", join(folder, "secrets"), "cloud-broker");
    const lines = Object.entries(values).map(([name, value]) => `${name}=${value}\n`);
    await writeFile(join(folder, ".env"), lines.join(""));
    const example = await readFile(join(folder, "facepipe.yaml.example"), "utf8");
    await writeFile(join(folder, "secrets/facepipe.yaml"), withSettings(example, settings));
    const project = new ComposeProject(folder);
    t.after(() => project.#down());
    await project.#compose("up", "-d");
    return project;
  }

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** The folder with the output of make-secrets.sh. */
  get secrets(): string {
    return join(this.#folder, "secrets");
  }

  /** podman's name of a service's container. */
  container(service: string): string {
    return `${this.#project}_${service}_1`;
  }

  /** Runs the image's HEALTHCHECK; podman schedules it only with systemd. */
  async isHealthy(service: string): Promise<boolean> {
    return (await tryPodman("healthcheck", "run", this.container(service))).code === 0;
  }

  /** Sends SIGKILL from outside podman, so that the restart policy applies; `podman kill` would disable it. */
  async kill(service: string): Promise<void> {
    const pid = await podman("container", "inspect", "--format", "{{.State.Pid}}", this.container(service));
    process.kill(Number(pid), "SIGKILL");
  }

  async restart(service: string): Promise<void> {
    await this.#compose("restart", service);
  }

  /** Sends SIGTERM, as `docker compose stop`; returns the service's output. */
  async stop(service: string): Promise<string> {
    await this.#compose("stop", service);
    const { stdout, stderr } = await tryPodman("logs", this.container(service));
    return stdout + stderr;
  }

  /** Disconnects a service from a network; resolves to a function that reconnects it. */
  async disconnect(service: string, network: string): Promise<() => Promise<void>> {
    const container = this.container(service);
    const fullName = `${this.#project}_${network}`;
    await setNetworkBlocked(container, fullName, true);
    return () => setNetworkBlocked(container, fullName, false);
  }

  /** The files in store's directory. */
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
    // podman-compose 1.0.3 does not remove its networks.
    const networks = ["edge", "cloud", "wide-area"].map((name) => `${this.#project}_${name}`);
    await podman("network", "rm", "--force", ...networks);
    await rm(this.#folder, { recursive: true });
  }
}
