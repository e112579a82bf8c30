import { podman, tryPodman } from "./podman.ts";

/** All that a test run makes bears this label, with the number of its process. */
export const label = "facepipe.test";

/**
 * A network of podman's on which pods find one another by name. A pod that does nothing holds its bridge up from the start to
 * the end, so that servers of this machine can listen on its address.
 */
export class Network {
  readonly name: string;
  /** This machine's address on it. */
  readonly gateway: string;

  static async create(name: string): Promise<Network> {
    await podman("network", "create", "--label", `${label}=${process.pid}`, name);
    await podman(
      "pod",
      "create",
      "--label",
      `${label}=${process.pid}`,
      "--name",
      `${name}-holder`,
      "--network",
      name,
    );
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

/** Removes what runs that were killed have left. */
export async function removeLeftOvers(): Promise<void> {
  const filter = ["--filter", `label=${label}`, "--format", "json"];
  const pods: Labelled[] = JSON.parse((await podman("pod", "ps", ...filter)) || "[]");
  const gone = pods.filter(isLeftOver).map(({ Name = "" }) => Name);
  if (gone.length > 0) await podman("pod", "rm", "--force", "--time", "0", ...gone);
  const networks: Labelled[] = JSON.parse((await podman("network", "ls", ...filter)) || "[]");
  const unused = networks.filter(isLeftOver).map(({ name = "" }) => name);
  if (unused.length > 0) await podman("network", "rm", "--force", ...unused);
}

interface Labelled {
  readonly Name?: string;
  readonly name?: string;
  readonly Labels?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
}

function isLeftOver({ Labels, labels }: Labelled): boolean {
  const owner = Number((Labels ?? labels)?.[label]);
  try {
    process.kill(owner, 0);
    return false;
  } catch {
    return true;
  }
}
