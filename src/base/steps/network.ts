import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { connect, isIP, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from "node:tls";
import { within } from "../time.ts";
import { withoutUndefined } from "../without-undefined.ts";
import type { Finding } from "./step.ts";

const msPerDay = 86_400_000;

interface Address {
  /** A name or an IP address, without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Resolves the host's name; `timeout` in milliseconds. */
export async function lookUp(host: string, timeout: number): Promise<Finding> {
  const found = await within(timeout, lookup(host, { all: true }), undefined);
  if (found === undefined) throw failure("EAI_AGAIN");
  const addresses = found.map(({ address }) => address);
  const detail = isIP(host) ? `${host} is an address already` : `${host} is ${addresses.join(", ")}`;
  return { detail, facts: { addresses } };
}

/** Opens a TCP connection, which the caller destroys; `timeout` in milliseconds. */
export async function openTcp(
  { host, port }: Address,
  timeout: number,
): Promise<Finding & { readonly socket: Socket }> {
  const socket = connect({ host, port });
  await opened(socket, "connect", timeout);
  const { remoteAddress = host } = socket;
  return { detail: `connected to ${remoteAddress}, port ${port}`, facts: { address: remoteAddress }, socket };
}

/** The TLS handshake on an open connection, with the certificate verified unless `options` say otherwise. */
export async function secure(
  socket: Socket,
  { host }: Pick<Address, "host">,
  timeout: number,
  options: Pick<ConnectionOptions, "ca" | "cert" | "key" | "rejectUnauthorized"> = {},
): Promise<Finding & { readonly socket: TLSSocket }> {
  const tls = connectTls({
    socket,
    host,
    // An address is no server name (RFC 6066 section 3); then the certificate is compared with `host`.
    ...withoutUndefined({ servername: isIP(host) ? undefined : host }),
    ...options,
  });
  await opened(tls, "secureConnect", timeout);
  const { subject: names, subjectaltname: subjectAltName, valid_to } = tls.getPeerCertificate();
  const subject = Object.entries(names ?? {})
    .map(([field, value]) => `${field}=${value}`)
    .join(", ");
  const validTo = new Date(valid_to).toISOString();
  const daysLeft = Math.floor((Date.parse(valid_to) - Date.now()) / msPerDay);
  const protocol = tls.getProtocol();
  const detail = `${protocol}, subject ${subject || subjectAltName}, ${daysLeft} ${daysLeft === 1 ? "day" : "days"} left`;
  return { detail, facts: { protocol, subject, subjectAltName, validTo, daysLeft }, socket: tls };
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
