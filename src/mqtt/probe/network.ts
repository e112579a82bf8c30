import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { refused, type UserError } from "../../base/errors.ts";
import { within } from "../../base/time.ts";
import type { Broker } from "../broker.ts";
import { explain } from "../mqtt-errors.ts";
import { type Finding, type Report, runStep } from "./step.ts";

const msPerDay = 86_400_000;

/** DNS, TCP and, where the URL asks for it, TLS: each a step of its own; `until`: time in milliseconds since 1970. */
export async function probeNetwork(broker: Broker, until: number, report: Report): Promise<void> {
  const left = () => Math.max(1, until - Date.now());
  await runStep({ step: "dns" }, broker, report, () => lookUp(broker.host, left()));
  const { socket } = await runStep({ step: "tcp" }, broker, report, () => openTcp(broker, left()));
  try {
    if (broker.protocol === "mqtts" || broker.protocol === "wss") {
      await runStep({ step: "tls" }, broker, report, () => secure(socket, broker, left()));
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

/** The handshake with the certificate verified, as a role's is. */
async function secure(socket: Socket, broker: Broker, timeout: number): Promise<Finding> {
  const { host, ca, cert, key } = broker;
  const tls = connectTls({
    socket,
    host,
    // An address is no server name (RFC 6066 section 3); the certificate is compared with `host` then.
    ...(isIP(host) ? {} : { servername: host }),
    ...(ca ? { ca } : {}),
    ...(cert ? { cert } : {}),
    ...(key ? { key } : {}),
  });
  try {
    await opened(tls, "secureConnect", timeout);
  } catch (error) {
    throw withNames(error, broker);
  }
  const { subject, subjectaltname, valid_to } = tls.getPeerCertificate();
  const name = Object.entries(subject ?? {})
    .map(([field, value]) => `${field}=${value}`)
    .join(", ");
  const daysLeft = Math.floor((Date.parse(valid_to) - Date.now()) / msPerDay);
  const protocol = tls.getProtocol();
  const detail = `${protocol}, subject ${name || subjectaltname}, ${daysLeft} ${daysLeft === 1 ? "day" : "days"} left`;
  return {
    detail,
    facts: {
      protocol,
      subject: name,
      subjectAltName: subjectaltname,
      validTo: new Date(valid_to).toISOString(),
      daysLeft,
    },
  };
}

/** Which names a certificate has that lacks the one we asked for. */
function withNames(error: unknown, broker: Broker): unknown {
  const { code, cert } = error as { code?: string; cert?: { subjectaltname?: string } };
  if (code !== "ERR_TLS_CERT_ALTNAME_INVALID" || !cert?.subjectaltname) return error;
  const { message, remedy }: UserError = explain(error, broker);
  return refused(`${message} (it is for ${cert.subjectaltname})`, remedy, error);
}

async function opened(socket: Socket, event: "connect" | "secureConnect", timeout: number): Promise<void> {
  const events = Promise.race([
    once(socket, event),
    // A peer that hangs up in the handshake is no error to Node.
    once(socket, "close").then(() => Promise.reject(failure("ECONNRESET"))),
  ]);
  if (await within(timeout, events, undefined)) return;
  socket.destroy();
  throw failure("ETIMEDOUT");
}

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}
