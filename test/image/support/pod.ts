import { setTimeout as delay } from "node:timers/promises";
import type { Container, PodSpec } from "kubernetes-types/core/v1.js";
import { label } from "./cleanup.ts";
import { containerArgs } from "./container-args.ts";
import { environmentOf } from "./environment.ts";
import { type Objects, specOf } from "./objects.ts";
import { type Attachment, addressOf, createPod } from "./pod-networks.ts";
import { podman, tryPodman } from "./podman.ts";
import { Prober } from "./prober.ts";
import { namesOf, portNumber, redirectsOf } from "./services.ts";
import { type PreparedVolume, prepareVolumes, type VolumeFolders } from "./volumes.ts";
import type { PodPlan } from "./workloads.ts";

export interface PodContext {
  readonly objects: Objects;
  /** Prefix of podman's pod names, which have no namespaces. */
  readonly prefix: string;
  readonly folders: VolumeFolders;
  /** The namespace's own network comes first. */
  readonly attachments: readonly Attachment[];
}

/** One pod of a workload. */
export class Pod {
  readonly plan: PodPlan;
  /** Its name and host name in Kubernetes; `id` is podman's name. */
  readonly name: string;
  readonly id: string;
  /** On the namespace's network; known once it has started. */
  address = "";
  readonly #context: PodContext;
  readonly #spec: PodSpec;
  readonly #probers: Prober[] = [];
  /** Output of initContainers that failed and were restarted. */
  readonly #failedAttempts: string[] = [];
  #lastLogs: string | undefined;

  constructor(plan: PodPlan, context: PodContext) {
    this.plan = plan;
    this.name = plan.nextName();
    this.id = `${context.prefix}-${this.name}`;
    this.#context = context;
    this.#spec = specOf(plan.template);
  }

  get attachments(): readonly Attachment[] {
    return this.#context.attachments;
  }

  /** Runs the initContainers one after another, then starts all containers. */
  async start(signal: AbortSignal): Promise<void> {
    const { objects, folders } = this.#context;
    const [own, ...others] = this.#context.attachments;
    if (!own) throw new Error(`${this.id} is on no network`);
    const named = { ...own, names: [...own.names, ...namesOf(this.plan, this.name, objects)] };
    await createPod(this.id, {
      hostname: this.name,
      label,
      attachments: [named, ...others],
      redirects: redirectsOf(this.plan, objects),
    });
    this.address = await addressOf(this.id, own.network);
    const volumes = await prepareVolumes(this.#spec, this.name, this.plan.claims, objects, folders);
    for (const container of this.#spec.initContainers ?? [])
      await this.#runInitContainer(container, volumes, signal);
    for (const container of this.#spec.containers) {
      await podman(...this.#args(container, "main", volumes));
      const target = { address: this.address, container: this.container(container.name) };
      const ports = { portNumber: (port: number | string) => portNumber(port, this.plan) };
      this.#probers.push(new Prober(container, { ...target, ...ports }));
    }
  }

  /** Resolves when the probes of each container succeed; rejects when the kubelet would restart it. */
  async ready(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#probers.map((prober) => prober.ready(signal)));
  }

  /** podman's name of a container. */
  container(name: string): string {
    return `${this.id}-${name}`;
  }

  /** podman's names of its containers. */
  get containers(): string[] {
    return this.#spec.containers.map(({ name }) => this.container(name));
  }

  /** The process ID of each running container's first process, in this machine's namespace. */
  async processes(): Promise<number[]> {
    const output = await podman("container", "inspect", "--format", "{{.State.Pid}}", ...this.containers);
    return output.split("\n").map(Number);
  }

  /** Restarts of its containers: failed liveness probes, and how often they exited. */
  async restarts(): Promise<string[]> {
    const counts = this.#spec.containers.map(async ({ name }) => {
      const count = await podman(
        "container",
        "inspect",
        "--format",
        "{{.RestartCount}}",
        this.container(name),
      );
      return count === "0" ? [] : [`${this.name} ${name}: exited ${count} times`];
    });
    return [...this.#probers.flatMap(({ failures }) => failures), ...(await Promise.all(counts)).flat()];
  }

  /** The output of its containers, stdout and stderr, also after its end; or the last lines of each. */
  async logs(lines?: number): Promise<string> {
    if (this.#lastLogs !== undefined) return this.#lastLogs;
    const containers = [...(this.#spec.initContainers ?? []), ...this.#spec.containers];
    const tail = lines === undefined ? [] : ["--tail", String(lines)];
    const read = containers.map(async ({ name }) => {
      const { stdout, stderr } = await tryPodman("logs", ...tail, this.container(name));
      return `--- ${this.id} ${name}\n${stdout}${stderr}`;
    });
    return [...this.#failedAttempts, ...(await Promise.all(read))].join("");
  }

  /** Stops it: SIGTERM with its termination grace period, or SIGKILL at once. */
  async stop(how: "gracefully" | "kill"): Promise<void> {
    for (const prober of this.#probers) prober.stop();
    const grace = how === "kill" ? 0 : (this.#spec.terminationGracePeriodSeconds ?? 30);
    // `podman pod stop` would remove the pod's network while its containers are still stopping.
    await tryPodman("stop", "--ignore", "--time", String(grace), ...this.containers);
    this.#lastLogs = await this.logs();
    await podman("pod", "rm", "--force", "--ignore", "--time", "0", this.id);
  }

  async #runInitContainer(
    container: Container,
    volumes: ReadonlyMap<string, PreparedVolume>,
    signal: AbortSignal,
  ) {
    for (;;) {
      const { code, stdout, stderr } = await tryPodman(...this.#args(container, "init", volumes));
      if (code === 0) return;
      this.#failedAttempts.push(`--- ${this.id} ${container.name} ended with ${code}\n${stdout}${stderr}`);
      if (signal.aborted) throw new Error(`${this.id}: ${container.name} keeps failing`);
      await podman("rm", "--force", "--ignore", this.container(container.name));
      await delay(1000);
    }
  }

  #args(container: Container, kind: "init" | "main", volumes: ReadonlyMap<string, PreparedVolume>): string[] {
    const { namespace, template } = this.plan;
    const labels = template.metadata?.labels ?? {};
    const fields = { name: this.name, namespace, address: this.address, labels };
    const environment = environmentOf(container, fields, this.#context.objects);
    return containerArgs(container, kind, { pod: this.id, spec: this.#spec, environment, volumes });
  }
}
