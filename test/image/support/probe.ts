import { once } from "node:events";
import { connect } from "node:net";
import type { Probe } from "kubernetes-types/core/v1.js";
import { tryPodman } from "./podman.ts";

/** Whom to ask: the pod's address, the container for `exec`, and what its named ports are. */
export interface ProbeTarget {
  readonly address: string;
  readonly container: string;
  portNumber(port: number | string): number;
}

/** Asks once, as the kubelet does; undefined when all is well, else what is wrong. */
export async function ask(probe: Probe, target: ProbeTarget): Promise<string | undefined> {
  const limit = 1000 * (probe.timeoutSeconds ?? 1);
  if (probe.exec) return askCommand(probe.exec.command ?? [], target);
  if (probe.tcpSocket) return askSocket(target.address, target.portNumber(probe.tcpSocket.port), limit);
  if (!probe.httpGet) throw new Error("the runner knows httpGet, tcpSocket and exec probes only");
  const { path = "/", port, scheme = "HTTP" } = probe.httpGet;
  return askServer(`${scheme.toLowerCase()}://${target.address}:${target.portNumber(port)}${path}`, limit);
}

async function askServer(url: string, limit: number): Promise<string | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(limit) });
    const text = await response.text();
    return response.ok ? undefined : `${url} says ${response.status}: ${text.trim()}`;
  } catch (error) {
    return `${url}: ${error}`;
  }
}

async function askSocket(host: string, port: number, limit: number): Promise<string | undefined> {
  const socket = connect({ host, port });
  try {
    await once(socket, "connect", { signal: AbortSignal.timeout(limit) });
    return undefined;
  } catch (error) {
    return `${host}:${port}: ${error}`;
  } finally {
    socket.destroy();
  }
}

async function askCommand(
  command: readonly string[],
  { container }: ProbeTarget,
): Promise<string | undefined> {
  const { code, stdout, stderr } = await tryPodman("exec", container, ...command);
  return code === 0 ? undefined : `${command.join(" ")} ended with ${code}: ${stdout}${stderr}`.trim();
}
