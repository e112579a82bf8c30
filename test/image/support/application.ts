import type { KubernetesObject } from "./objects.ts";
import { Objects } from "./objects.ts";
import { Pod, type PodPlace } from "./pod.ts";
import { type Attachment, cut } from "./pod-networks.ts";
import { plansOf } from "./workloads.ts";

export interface ApplicationOptions {
  readonly namespace: string;
  readonly place: Omit<PodPlace, "objects" | "attachments">;
  /** The namespace's network. */
  readonly home: Attachment;
  /** Workloads that are on another network, too: the way to the outside. */
  readonly outside?: Readonly<Record<string, Attachment>>;
}

/** What one overlay asks for, running: the pods of all its controllers. */
export class Application {
  /** In the order of the manifests. */
  pods: readonly Pod[];
  readonly #place: (workload: string) => PodPlace;

  constructor(
    objects: readonly KubernetesObject[],
    { namespace, place, home, outside = {} }: ApplicationOptions,
  ) {
    const own = new Objects(objects, namespace);
    this.#place = (workload) => {
      const other = outside[workload];
      return { ...place, objects: own, attachments: other ? [home, other] : [home] };
    };
    this.pods = plansOf(own).map((plan) => new Pod(plan, this.#place(plan.workload)));
    if (this.pods.length === 0) throw new Error(`there are no pods in the namespace ${namespace}`);
  }

  /** Starts all pods at once, as a cluster does, and waits until they are ready; after `seconds` it says what is wrong. */
  async start(seconds = 120): Promise<void> {
    await this.#settle(this.pods, seconds);
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

  /** Ends a pod, and starts another in its place as its controller would; resolves when that is ready. */
  async replace(pod: Pod, how: "gracefully" | "kill", seconds = 120): Promise<Pod> {
    await pod.stop(how);
    const next = new Pod(pod.plan, this.#place(pod.plan.workload));
    this.pods = this.pods.map((each) => (each === pod ? next : each));
    await this.#settle([next], seconds);
    return next;
  }

  /** Cuts the line between the workload's pods and the outside, and resolves to what mends it. */
  async cut(workload: string): Promise<() => Promise<void>> {
    const lines = this.of(workload).flatMap(({ id, attachments }) =>
      attachments.slice(1).map((attachment) => (on: boolean) => cut(id, attachment, on)),
    );
    for (const line of lines) await line(true);
    return async () => {
      for (const line of lines) await line(false);
    };
  }

  async stop(): Promise<void> {
    await Promise.all(this.pods.map((pod) => pod.stop("kill")));
  }

  /** The last lines of all containers, for whoever looks for a fault. */
  async logs(): Promise<string> {
    return (await Promise.all(this.pods.map((pod) => pod.logs(20)))).join("\n");
  }

  async #settle(pods: readonly Pod[], seconds: number): Promise<void> {
    const signal = AbortSignal.timeout(1000 * seconds);
    try {
      await Promise.all(pods.map((pod) => pod.start(signal)));
      await Promise.all(pods.map((pod) => pod.ready(signal)));
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : error}\n${await this.logs()}`);
    }
  }
}
