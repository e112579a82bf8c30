import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { UserError } from "../../base/errors.ts";
import { within } from "../../base/time.ts";
import { withoutUndefined } from "../../base/without-undefined.ts";
import type { Broker } from "../broker.ts";
import { brokerError } from "../mqtt-errors.ts";
import type { Finding, RunStep } from "./step.ts";

const msPerDay = 86_400_000;

/** DNS, TCP and, for mqtts and wss, TLS: each a step of its own; `deadline` in milliseconds since 1970. */
export async function probeNetwork(broker: Broker, deadline: number, runStep: RunStep): Promise<void> {
  const left = () => Math.max(1, deadline - Date.now());
  await runStep("dns", () => lookUp(broker.host, left()));
  const { socket } = await runStep("tcp", () => openTcp(broker, left()));
  try {
    if (broker.protocol === "mqtts" || broker.protocol === "wss") {
      await runStep("tls", () => secure(socket, broker, left()));
    }
  } finally {
    socket.destroy();
  }
}

async function lookUp(host: string, timeout: number): Promise<Finding> {
  const found = await within(timeout, lookup(host, { all: true }), undefined);
  if (found === undefined) throw failure("EAI_AGAIN");
  const addresses = found.map(({ address }) => address);
  const detail = isIP(host) ? `${host} is an address already` : `${host} is ${addresses.join(", ")}`;
  return { detail, facts: { addresses } };
}

async function openTcp({ host, port }: Broker, timeout: number): Promise<Finding & { socket: Socket }> {
  const socket = connect({ host, port });
  await opened(socket, "connect", timeout);
  const { remoteAddress = host } = socket;
  return { detail: `connected to ${remoteAddress}, port ${port}`, facts: { address: remoteAddress }, socket };
}

/** The handshake, with the certificate verified as for a role. */
async function secure(socket: Socket, broker: Broker, timeout: number): Promise<Finding> {
  const { host, ca, cert, key } = broker;
  const tls = connectTls({
    socket,
    host,
    // An address is no server name (RFC 6066 section 3); then the certificate is compared with `host`.
    ...withoutUndefined({ servername: isIP(host) ? undefined : host, ca, cert, key }),
  });
  try {
    await opened(tls, "secureConnect", timeout);
  } catch (error) {
    throw withNames(error, broker);
  }
  const { subject: names, subjectaltname: subjectAltName, valid_to } = tls.getPeerCertificate();
  const subject = Object.entries(names ?? {})
    .map(([field, value]) => `${field}=${value}`)
    .join(", ");
  const validTo = new Date(valid_to).toISOString();
  const daysLeft = Math.floor((Date.parse(valid_to) - Date.now()) / msPerDay);
  const protocol = tls.getProtocol();
  const detail = `${protocol}, subject ${subject || subjectAltName}, ${daysLeft} ${daysLeft === 1 ? "day" : "days"} left`;
  return { detail, facts: { protocol, subject, subjectAltName, validTo, daysLeft } };
}

/** Adds the names that the certificate is for to an error that says it is for another one. */
function withNames(error: unknown, broker: Broker): unknown {
  const { code, cert } = error as { code?: string; cert?: { subjectaltname?: string } };
  if (code !== "ERR_TLS_CERT_ALTNAME_INVALID" || !cert?.subjectaltname) return error;
  const { code: errorCode, message, remedy } = brokerError(error, broker);
  return new UserError(errorCode, `${message} (it is for ${cert.subjectaltname})`, remedy, error);
}

async function opened(socket: Socket, event: "connect" | "secureConnect", timeout: number): Promise<void> {
  const events = Promise.race([
    once(socket, event),
    // Node.js reports no error when the peer closes during the handshake.
    once(socket, "close").then(() => Promise.reject(failure("ECONNRESET"))),
  ]);
  if (await within(timeout, events, undefined)) return;
  socket.destroy();
  throw failure("ETIMEDOUT");
}

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}
