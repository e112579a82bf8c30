import { addressIn, cutLine, iptablesIn } from "./container-network.ts";
import type { Network } from "./network.ts";
import { podman } from "./podman.ts";
import type { Redirect } from "./services.ts";

/** A network that a pod is on, and the names it has there. */
export interface Attachment {
  readonly network: Network;
  readonly names: readonly string[];
}

/** Makes the empty pod, on its networks, and starts the process that holds them. */
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
    await iptablesIn(await infraOf(name), "-t", "nat", "-A", "PREROUTING", ...rule);
  }
}

/** The pod's address on one of its networks. */
export async function addressOf(pod: string, network: Network): Promise<string> {
  return addressIn(await infraOf(pod), network.name);
}

/** Cuts a pod off one of its networks, or lets it on again. */
export async function cut(pod: string, { network }: Attachment, on: boolean): Promise<void> {
  await cutLine(await infraOf(pod), network.name, on);
}

function infraOf(pod: string): Promise<string> {
  return podman("pod", "inspect", "--format", "{{.InfraContainerID}}", pod);
}
