import { findCommand } from "../support/commands.ts";
import { type DelayProxy, startDelayProxy } from "../support/delay-proxy.ts";
import type { CleanUp } from "./clean-up.ts";
import { shell, undoAtEnd } from "./guarded-command.ts";

/** The network that forward runs in: on the side of the site the edge broker, beyond the uplink the cloud broker. */
export interface SiteNetwork {
  /** Addresses of this machine, for the edge broker, and for the uplink's far end. */
  readonly edgeHost: string;
  readonly cloudHost: string;
  /** The address of forward. */
  readonly forwardHost: string;
  /** The command that starts a program in the network. */
  readonly prefix: readonly string[];
  /** Packets on the uplink vanish, in both directions, and both ends keep their link: undefined without root. */
  readonly cable: { cut(): Promise<void>; join(): Promise<void> } | undefined;
}

/** Why there is no network namespace here; undefined when there can be one. */
export function namespaceMissing(): string | undefined {
  if (process.getuid?.() !== 0) return "needs root (network namespaces)";
  return findCommand("ip") ? undefined : "needs ip (Debian: iproute2)";
}

/** Everything on the loopback interface: no packet can be dropped. */
const loopback: SiteNetwork = {
  edgeHost: "127.0.0.1",
  cloudHost: "127.0.0.1",
  forwardHost: "127.0.0.1",
  prefix: [],
  cable: undefined,
};

/**
 * A network namespace with two Ethernet pairs: one to the edge broker, one that is the uplink. The uplink passes a
 * bridge, and a port that is taken off the bridge drops what arrives.
 */
export async function startSiteNetwork(cleanUp: CleanUp): Promise<SiteNetwork> {
  if (namespaceMissing()) return loopback;
  const id = process.pid;
  const [space, bridge, port, site] = [`fpdrill-${id}`, `fpb${id}`, `fpu${id}`, `fps${id}`];
  // 198.18.0.0/15 is for tests of networks (RFC 2544). One /24 for each drill that may run at a time.
  const [near, far] = [`198.18.${id % 256}`, `198.19.${id % 256}`];
  const undo = undoAtEnd(
    `ip netns del ${space}; ip link del ${bridge}; ip link del ${port}; ip link del ${site}`,
  );
  cleanUp.add(undo);
  try {
    await shell(`
      ip netns add ${space}
      ip -n ${space} link set lo up
      ip link add ${site} type veth peer name site netns ${space}
      ip addr add ${near}.1/24 dev ${site}
      ip link set ${site} up
      ip -n ${space} addr add ${near}.2/24 dev site
      ip -n ${space} link set site up
      ip link add ${bridge} type bridge
      ip addr add ${far}.1/24 dev ${bridge}
      ip link set ${bridge} up
      ip link add ${port} type veth peer name uplink netns ${space}
      ip link set ${port} master ${bridge} up
      ip -n ${space} addr add ${far}.2/24 dev uplink
      ip -n ${space} link set uplink up`);
  } catch {
    // Containers often run as root without the right to change the network.
    return loopback;
  }
  return {
    edgeHost: `${near}.1`,
    cloudHost: `${far}.1`,
    forwardHost: `${near}.2`,
    prefix: [findCommand("ip") ?? "ip", "netns", "exec", space],
    cable: {
      cut: () => shell(`ip link set ${port} nomaster`),
      join: () => shell(`ip link set ${port} master ${bridge}`),
    },
  };
}

/** The way to the cloud broker beyond the network's uplink: it can hold all bytes, or refuse connections. */
export async function startUplinkProxy(
  network: SiteNetwork,
  brokerPort: number,
  cleanUp: CleanUp,
): Promise<DelayProxy> {
  const proxy = await startDelayProxy({ target: brokerPort, host: network.cloudHost });
  cleanUp.add(() => proxy.stop());
  return proxy;
}
