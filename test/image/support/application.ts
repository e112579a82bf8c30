import { describe } from "../../../src/base/errors.ts";
import type { KubernetesObject } from "./objects.ts";
import { Objects } from "./objects.ts";
import { Pod, type PodContext } from "./pod.ts";
import { type Attachment, setBlocked } from "./pod-networks.ts";
import { plansOf } from "./workloads.ts";

export interface ApplicationOptions {
  readonly namespace: string;
  readonly context: Omit<PodContext, "objects" | "attachments">;
  /** The namespace's network. */
  readonly home: Attachment;
  /** Workloads that are also on another network: the connection to the outside. */
  readonly outside?: Readonly<Record<string, Attachment>> | undefined;
}

/** The running pods of all workloads of an overlay. */
export class Application {
  /** In the order of the manifests. */
  pods: readonly Pod[];
  readonly #contextOf: (workload: string) => PodContext;

  constructor(
    objects: readonly KubernetesObject[],
    { namespace, context, home, outside = {} }: ApplicationOptions,
  ) {
    const own = new Objects(objects, namespace);
    this.#contextOf = (workload) => {
      const other = outside[workload];
      return { ...context, objects: own, attachments: other ? [home, other] : [home] };
    };
    this.pods = plansOf(own).map((plan) => new Pod(plan, this.#contextOf(plan.workload)));
    if (this.pods.length === 0) throw new Error(`there are no pods in the namespace ${namespace}`);
  }

  /** Starts all pods at once, as a cluster does; resolves when they are ready, rejects with their logs after `seconds`. */
  async start(seconds = 120): Promise<void> {
    await this.#startPods(this.pods, seconds);
  }

  /** The pods of a Deployment or StatefulSet. */
  of(workload: string): Pod[] {
    const found = this.pods.filter(({ plan }) => plan.workload === workload);
    if (found.length === 0) throw new Error(`there is no pod of ${workload}`);
    return found;
  }

  /** The only pod of a workload. */
  one(workload: string): Pod {
    const [pod, ...more] = this.of(workload);
    if (!pod || more.length > 0) throw new Error(`${workload} has ${more.length + 1} pods`);
    return pod;
  }

  /** Stops a pod and starts its replacement, as its controller would; resolves when that is ready. */
  async replace(pod: Pod, how: "gracefully" | "kill", seconds = 120): Promise<Pod> {
    await pod.stop(how);
    const next = new Pod(pod.plan, this.#contextOf(pod.plan.workload));
    this.pods = this.pods.map((each) => (each === pod ? next : each));
    await this.#startPods([next], seconds);
    return next;
  }

  /** Disconnects the workload's pods from the outside; resolves to a function that reconnects them. */
  async disconnect(workload: string): Promise<() => Promise<void>> {
    const switches = this.of(workload).flatMap(({ id, attachments }) =>
      attachments.slice(1).map((attachment) => (blocked: boolean) => setBlocked(id, attachment, blocked)),
    );
    for (const set of switches) await set(true);
    return async () => {
      for (const set of switches) await set(false);
    };
  }

  async stop(): Promise<void> {
    await Promise.all(this.pods.map((pod) => pod.stop("kill")));
  }

  /** The last log lines of all containers, for error messages. */
  async logs(): Promise<string> {
    return (await Promise.all(this.pods.map((pod) => pod.logs(20)))).join("\n");
  }

  async #startPods(pods: readonly Pod[], seconds: number): Promise<void> {
    const signal = AbortSignal.timeout(1000 * seconds);
    try {
      await Promise.all(pods.map((pod) => pod.start(signal)));
      await Promise.all(pods.map((pod) => pod.ready(signal)));
    } catch (error) {
      throw new Error(`${describe(error)}\n${await this.logs()}`);
    }
  }
}
