import { command, podman } from "./podman.ts";

/** A container's address on a podman network. */
export async function addressIn(container: string, network: string): Promise<string> {
  const networks = await podman(
    "container",
    "inspect",
    "--format",
    "{{json .NetworkSettings.Networks}}",
    container,
  );
  return JSON.parse(networks)[network].IPAddress;
}

/** Runs iptables in the container's network namespace. */
export async function iptablesIn(container: string, ...args: string[]): Promise<void> {
  const pid = await podman("container", "inspect", "--format", "{{.State.Pid}}", container);
  await command("nsenter", "--target", pid, "--net", "iptables", ...args);
}

/**
 * Blocks a container's TCP traffic on a network by dropping all packets, or unblocks it. `podman network disconnect` is
 * no alternative: it restarts podman's DNS server, which then sometimes does not respond for half a minute.
 */
export async function setNetworkBlocked(container: string, network: string, blocked: boolean): Promise<void> {
  const address = await addressIn(container, network);
  const operation = blocked ? "--append" : "--delete";
  await iptablesIn(container, operation, "INPUT", "-p", "tcp", "--destination", address, "-j", "DROP");
  await iptablesIn(container, operation, "OUTPUT", "-p", "tcp", "--source", address, "-j", "DROP");
}
