import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { Application } from "./application.ts";
import { newFolder, removeStale } from "./cleanup.ts";
import { Network } from "./network.ts";
import type { KubernetesObject } from "./objects.ts";
import type { Attachment } from "./pod-networks.ts";

/**
 * As much of a Kubernetes cluster as the image's tests need, built from podman's pods and networks. Removed after the
 * test, or, if the run was killed, by the next run.
 */
export class Cluster {
  readonly #prefix = `facepipe-${randomBytes(3).toString("hex")}`;
  readonly #disk = newFolder(tmpdir());
  readonly #memory = newFolder("/dev/shm");
  readonly #networks: Network[] = [];
  readonly #applications: Application[] = [];

  static async start(t: Pick<TestContext, "after">): Promise<Cluster> {
    await removeStale();
    const cluster = new Cluster();
    t.after(() => cluster.#stop());
    return cluster;
  }

  async network(name: string): Promise<Network> {
    const network = await Network.create(`${this.#prefix}-${name}`);
    this.#networks.push(network);
    return network;
  }

  /** Prepares the objects of a namespace to run on its network; starts nothing yet. */
  application(
    objects: readonly KubernetesObject[],
    options: {
      namespace: string;
      network: Network;
      outside?: Readonly<Record<string, Attachment>> | undefined;
    },
  ): Application {
    const { namespace, network, outside = {} } = options;
    const folders = {
      disk: join(this.#disk, namespace, "pods"),
      memory: join(this.#memory, namespace),
      claims: join(this.#disk, namespace, "claims"),
    };
    const application = new Application(objects, {
      namespace,
      context: { prefix: `${this.#prefix}-${namespace}`, folders },
      home: { network, names: [] },
      outside,
    });
    this.#applications.push(application);
    return application;
  }

  async #stop(): Promise<void> {
    await Promise.allSettled(this.#applications.map((each) => each.stop()));
    for (const network of this.#networks) await network.remove();
    for (const folder of [this.#disk, this.#memory]) rmSync(folder, { recursive: true, force: true });
  }
}
