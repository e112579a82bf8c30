import { setTimeout as delay } from "node:timers/promises";
import type { Container, PodSpec } from "kubernetes-types/core/v1.js";
import { label } from "./cleanup.ts";
import { containerArgs } from "./container-args.ts";
import { environmentOf } from "./environment.ts";
import { type Objects, specOf } from "./objects.ts";
import { type Attachment, addressOf, createPod } from "./pod-networks.ts";
import { podman, tryPodman } from "./podman.ts";
import { Watch } from "./prober.ts";
import { namesOf, portNumber, redirectsOf } from "./services.ts";
import { type PreparedVolume, prepareVolumes, type VolumeFolders } from "./volumes.ts";
import type { PodPlan } from "./workloads.ts";

export interface PodPlace {
  readonly objects: Objects;
  /** Before the names of podman's pods, which are one flat list. */
  readonly prefix: string;
  readonly folders: VolumeFolders;
  /** The namespace's own network comes first. */
  readonly attachments: readonly Attachment[];
}

/** One pod of a controller, from its start to its end. */
export class Pod {
  readonly plan: PodPlan;
  /** Its name and host name in Kubernetes, and what podman calls it. */
  readonly name: string;
  readonly id: string;
  /** On the namespace's network; known once it has started. */
  address = "";
  readonly #place: PodPlace;
  readonly #spec: PodSpec;
  readonly #watches: Watch[] = [];
  /** What initContainers said that failed and were started again. */
  readonly #failedTries: string[] = [];
  #lastLogs: string | undefined;

  constructor(plan: PodPlan, place: PodPlace) {
    this.plan = plan;
    this.name = plan.nextName();
    this.id = `${place.prefix}-${this.name}`;
    this.#place = place;
    this.#spec = specOf(plan.template);
  }

  get attachments(): readonly Attachment[] {
    return this.#place.attachments;
  }

  /** Runs the initContainers to their ends, one after another, then starts all containers. */
  async start(signal: AbortSignal): Promise<void> {
    const { objects, folders } = this.#place;
    const [own, ...others] = this.#place.attachments;
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
      await this.#initialise(container, volumes, signal);
    for (const container of this.#spec.containers) {
      await podman(...this.#args(container, "main", volumes));
      const target = { address: this.address, container: this.container(container.name) };
      const ports = { portNumber: (port: number | string) => portNumber(port, this.plan) };
      this.#watches.push(new Watch(container, { ...target, ...ports }));
    }
  }

  /** Resolves when each container is started and ready by its probes; rejects when the kubelet would not wait any longer. */
  async ready(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#watches.map((watch) => watch.ready(signal)));
  }

  /** podman's name of a container. */
  container(name: string): string {
    return `${this.id}-${name}`;
  }

  /** podman's names of its containers. */
  get containers(): string[] {
    return this.#spec.containers.map(({ name }) => this.container(name));
  }

  /** The first process of each running container, by this machine's numbers. */
  async processes(): Promise<number[]> {
    const asked = await podman("container", "inspect", "--format", "{{.State.Pid}}", ...this.containers);
    return asked.split("\n").map(Number);
  }

  /** Why containers were started again by their liveness probes, or how often they ended by themselves. */
  async restarts(): Promise<string[]> {
    const asked = this.#spec.containers.map(async ({ name }) => {
      const count = await podman(
        "container",
        "inspect",
        "--format",
        "{{.RestartCount}}",
        this.container(name),
      );
      return count === "0" ? [] : [`${this.name} ${name}: ended ${count} times`];
    });
    return [...this.#watches.flatMap(({ failures }) => failures), ...(await Promise.all(asked)).flat()];
  }

  /** All that its containers have printed, stdout and stderr, also when it is gone; or the last lines of each. */
  async logs(lines?: number): Promise<string> {
    if (this.#lastLogs !== undefined) return this.#lastLogs;
    const containers = [...(this.#spec.initContainers ?? []), ...this.#spec.containers];
    const tail = lines === undefined ? [] : ["--tail", String(lines)];
    const read = containers.map(async ({ name }) => {
      const { stdout, stderr } = await tryPodman("logs", ...tail, this.container(name));
      return `--- ${this.id} ${name}\n${stdout}${stderr}`;
    });
    return [...this.#failedTries, ...(await Promise.all(read))].join("");
  }

  /** Ends it: SIGTERM and its period of grace, or at once by SIGKILL. */
  async stop(how: "gracefully" | "kill"): Promise<void> {
    for (const watch of this.#watches) watch.stop();
    const grace = how === "kill" ? 0 : (this.#spec.terminationGracePeriodSeconds ?? 30);
    // `podman pod stop` would take the pod's network away while they say goodbye.
    await tryPodman("stop", "--ignore", "--time", String(grace), ...this.containers);
    this.#lastLogs = await this.logs();
    await podman("pod", "rm", "--force", "--ignore", "--time", "0", this.id);
  }

  async #initialise(container: Container, volumes: ReadonlyMap<string, PreparedVolume>, signal: AbortSignal) {
    for (;;) {
      const { code, stdout, stderr } = await tryPodman(...this.#args(container, "init", volumes));
      if (code === 0) return;
      this.#failedTries.push(`--- ${this.id} ${container.name} ended with ${code}\n${stdout}${stderr}`);
      if (signal.aborted) throw new Error(`${this.id}: ${container.name} does not end well`);
      await podman("rm", "--force", "--ignore", this.container(container.name));
      await delay(1000);
    }
  }

  #args(container: Container, kind: "init" | "main", volumes: ReadonlyMap<string, PreparedVolume>): string[] {
    const { namespace, template } = this.plan;
    const labels = template.metadata?.labels ?? {};
    const facts = { name: this.name, namespace, address: this.address, labels };
    const environment = environmentOf(container, facts, this.#place.objects);
    return containerArgs(container, kind, { pod: this.id, spec: this.#spec, environment, volumes });
  }
}
