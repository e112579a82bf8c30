import { type Mosquitto, startMosquitto } from "../../test/support/mosquitto.ts";
import { freePort } from "../../test/support/ports.ts";
import { facepipeCommand, type Program, peerCommand, startProgram } from "../support/programs.ts";
import { createSession, fill } from "../support/queued-messages.ts";
import { type PreparedForwarder, topic, unlimitedQueues } from "./measure-forward.ts";

const clientId = "bench-forward";

export interface Backlog {
  readonly messages: number;
  /** Size of each message, bytes. */
  readonly bytes: number;
}

export async function facepipe(backlog: Backlog): Promise<PreparedForwarder> {
  const source = await brokerWithSession(backlog, "5");
  const from = ["--from", source.url, "--from-client-id", clientId, "--topic", "bench/#"];
  return {
    source,
    start: async (target) => startProgram(facepipeCommand("forward", ...from, "--to", target.url)),
  };
}

export async function paho(backlog: Backlog): Promise<PreparedForwarder> {
  const source = await brokerWithSession(backlog, "3.1.1");
  return { source, start: async (target) => startPaho(source, target) };
}

function startPaho(source: Mosquitto, target: Mosquitto): Program {
  return startProgram(
    peerCommand("forward_paho.py", String(source.port), String(target.port), clientId, "bench/#"),
  );
}

/** Filled while its bridge has no target, then restarted with the backlog on disk and a bridge to the target. */
export async function bridge(backlog: Backlog): Promise<PreparedForwarder> {
  // The broker writes its configuration from these lines at each start.
  const lines = bridgeTo(await freePort());
  const source = await startMosquitto({ ...unlimitedQueues, persistence: true, lines });
  await fill(source, topic, "x".repeat(backlog.bytes), backlog.messages);
  const start = async (target: Mosquitto) => {
    lines.splice(0, lines.length, ...bridgeTo(target.port));
    await source.restart();
    return undefined;
  };
  return { source, start };
}

function bridgeTo(port: number): string[] {
  return [
    "connection bench",
    `address 127.0.0.1:${port}`,
    "topic bench/# out 1",
    "cleansession false",
    "notifications false",
    "restart_timeout 1",
    // The default of Mosquitto's bridges.
    "bridge_protocol_version mqttv311",
  ];
}

async function brokerWithSession({ messages, bytes }: Backlog, protocol: "5" | "3.1.1"): Promise<Mosquitto> {
  const source = await startMosquitto(unlimitedQueues);
  await createSession(source, clientId, "bench/#", protocol);
  await fill(source, topic, "x".repeat(bytes), messages);
  return source;
}
