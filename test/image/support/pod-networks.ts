import type { Network } from "./network.ts";
import { command, podman } from "./podman.ts";
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
  const pid = redirects.length === 0 ? "" : await inspectInfra(name, "{{.State.Pid}}");
  for (const { from, to } of redirects) {
    const rule = ["-p", "tcp", "--dport", String(from), "-j", "REDIRECT", "--to-ports", String(to)];
    await command("nsenter", "--target", pid, "--net", "iptables", "-t", "nat", "-A", "PREROUTING", ...rule);
  }
}

/** The pod's address on one of its networks. */
export async function addressOf(pod: string, network: Network): Promise<string> {
  const networks = JSON.parse(await inspectInfra(pod, "{{json .NetworkSettings.Networks}}"));
  return networks[network.name].IPAddress;
}

/** Pulls the plug, while the pod runs on. */
export async function leave(pod: string, { network }: Attachment): Promise<void> {
  await podman("network", "disconnect", network.name, await infraOf(pod));
}

/** Puts it back; the pod has another address then, as after a modem's redial. */
export async function join(pod: string, { network, names }: Attachment): Promise<void> {
  const aliases = names.flatMap((alias) => ["--alias", alias]);
  await podman("network", "connect", ...aliases, network.name, await infraOf(pod));
}

function infraOf(pod: string): Promise<string> {
  return podman("pod", "inspect", "--format", "{{.InfraContainerID}}", pod);
}

async function inspectInfra(pod: string, format: string): Promise<string> {
  return podman("container", "inspect", "--format", format, await infraOf(pod));
}
