import { once } from "node:events";
import { connect } from "node:net";
import type { Probe } from "kubernetes-types/core/v1.js";
import { tryPodman } from "./podman.ts";

/** The target of a probe: the pod's address, the container for `exec`, and the pod's named ports. */
export interface ProbeTarget {
  readonly address: string;
  readonly container: string;
  portNumber(port: number | string): number;
}

/** Runs a probe once, as the kubelet does; returns the failure, or undefined. */
export async function runProbe(probe: Probe, target: ProbeTarget): Promise<string | undefined> {
  const timeout = 1000 * (probe.timeoutSeconds ?? 1);
  if (probe.exec) return probeCommand(probe.exec.command ?? [], target);
  if (probe.tcpSocket) return probeSocket(target.address, target.portNumber(probe.tcpSocket.port), timeout);
  if (!probe.httpGet) throw new Error("the runner supports only httpGet, tcpSocket and exec probes");
  const { path = "/", port, scheme = "HTTP" } = probe.httpGet;
  return probeHttp(`${scheme.toLowerCase()}://${target.address}:${target.portNumber(port)}${path}`, timeout);
}

async function probeHttp(url: string, timeout: number): Promise<string | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeout) });
    const text = await response.text();
    return response.ok ? undefined : `${url} returned ${response.status}: ${text.trim()}`;
  } catch (error) {
    return `${url}: ${error}`;
  }
}

async function probeSocket(host: string, port: number, timeout: number): Promise<string | undefined> {
  const socket = connect({ host, port });
  try {
    await once(socket, "connect", { signal: AbortSignal.timeout(timeout) });
    return undefined;
  } catch (error) {
    return `${host}:${port}: ${error}`;
  } finally {
    socket.destroy();
  }
}

async function probeCommand(
  command: readonly string[],
  { container }: ProbeTarget,
): Promise<string | undefined> {
  const { code, stdout, stderr } = await tryPodman("exec", container, ...command);
  return code === 0 ? undefined : `${command.join(" ")} ended with ${code}: ${stdout}${stderr}`.trim();
}
