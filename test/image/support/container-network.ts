import { command, podman } from "./podman.ts";

/** A container's address on a network of podman's. */
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

/** Runs iptables where the container's network is. */
export async function iptablesIn(container: string, ...args: string[]): Promise<void> {
  const pid = await podman("container", "inspect", "--format", "{{.State.Pid}}", container);
  await command("nsenter", "--target", pid, "--net", "iptables", ...args);
}

/**
 * Cuts a container off a network, or lets it on again: nothing of TCP gets through, and nobody is told. To disconnect it in
 * podman's way would start podman's name server anew, which now and then answers nobody for half a minute then.
 */
export async function cutLine(container: string, network: string, on: boolean): Promise<void> {
  const address = await addressIn(container, network);
  const act = on ? "--append" : "--delete";
  await iptablesIn(container, act, "INPUT", "-p", "tcp", "--destination", address, "-j", "DROP");
  await iptablesIn(container, act, "OUTPUT", "-p", "tcp", "--source", address, "-j", "DROP");
}
