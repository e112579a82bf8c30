import { addressIn, iptablesIn, setNetworkBlocked } from "./container-network.ts";
import type { Network } from "./network.ts";
import { podman } from "./podman.ts";
import type { Redirect } from "./services.ts";

/** A network of a pod, and the pod's names on it. */
export interface Attachment {
  readonly network: Network;
  readonly names: readonly string[];
}

/** Creates the empty pod on its networks, and starts its infra container. */
export async function createPod(
  name: string,
  options: {
    hostname: string;
    label: string;
    attachments: readonly Attachment[];
    redirects: readonly Redirect[];
  },
): Promise<void> {
  const { hostname, label, attachments, redirects } = options;
  const networks = attachments.flatMap(({ network, names }) => {
    const aliases = names.map((alias) => `alias=${alias}`);
    return ["--network", aliases.length === 0 ? network.name : `${network.name}:${aliases.join(",")}`];
  });
  await podman("pod", "create", "--name", name, "--hostname", hostname, "--label", label, ...networks);
  await podman("pod", "start", name);
  for (const { from, to } of redirects) {
    const rule = ["-p", "tcp", "--dport", String(from), "-j", "REDIRECT", "--to-ports", String(to)];
    await iptablesIn(await infraContainerOf(name), "-t", "nat", "-A", "PREROUTING", ...rule);
  }
}

/** The pod's address on one of its networks. */
export async function addressOf(pod: string, network: Network): Promise<string> {
  return addressIn(await infraContainerOf(pod), network.name);
}

/** Blocks or unblocks a pod's traffic on one of its networks. */
export async function setBlocked(pod: string, { network }: Attachment, blocked: boolean): Promise<void> {
  await setNetworkBlocked(await infraContainerOf(pod), network.name, blocked);
}

function infraContainerOf(pod: string): Promise<string> {
  return podman("pod", "inspect", "--format", "{{.InfraContainerID}}", pod);
}
