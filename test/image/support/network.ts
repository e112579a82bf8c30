import { label } from "./cleanup.ts";
import { podman, tryPodman } from "./podman.ts";

/**
 * A podman network on which pods resolve one another by name. An empty pod keeps its bridge up, so that servers on this
 * machine can listen on its address.
 */
export class Network {
  readonly name: string;
  /** This machine's address on the network. */
  readonly gateway: string;

  static async create(name: string): Promise<Network> {
    await podman("network", "create", "--label", label, name);
    await podman("pod", "create", "--label", label, "--name", `${name}-holder`, "--network", name);
    await podman("pod", "start", `${name}-holder`);
    const [{ subnets }] = JSON.parse(await podman("network", "inspect", name));
    return new Network(name, subnets[0].gateway);
  }

  private constructor(name: string, gateway: string) {
    this.name = name;
    this.gateway = gateway;
  }

  async remove(): Promise<void> {
    await tryPodman("network", "rm", "--force", "--time", "0", this.name);
  }
}
