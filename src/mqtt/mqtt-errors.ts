import { describe, refused, UserError, unreachable } from "../base/errors.ts";
import { systemCode } from "../base/system-errors.ts";
import type { Broker } from "./broker.ts";

/** What a CONNACK, SUBACK, PUBACK or DISCONNECT code means and what to do; MQTT 5 section 2.4, MQTT 3.1.1 section 3.2.2.3. */
const reasonCodes: Readonly<Record<number, readonly [meaning: string, remedy?: string]>> = {
  1: ["it does not speak this MQTT version", "Give --protocol auto"],
  2: ["it does not accept this client identifier", "Give another --client-id"],
  3: ["it is not available"],
  4: ["the user name or password is wrong", "Give --username and --password-file"],
  5: ["we are not authorized", "Give --username and --password-file, or allow this client at the broker"],
  128: ["it gives no reason", "Its log may say more"],
  130: ["it found a protocol error", "Its log may say more"],
  131: ["it does not accept this", "Its log may say more"],
  132: ["it does not speak this MQTT version", "Give --protocol auto"],
  133: ["it does not accept this client identifier", "Give another --client-id"],
  134: ["the user name or password is wrong", "Give --username and --password-file"],
  135: ["we are not authorized", "Log in as a user who may, or change the broker's access rules (ACL)"],
  136: ["it is not available"],
  137: ["it is busy"],
  138: ["this client is banned", "Ask the broker's operator"],
  139: ["it is shutting down"],
  140: ["it wants another way to log in"],
  141: ["it did not hear from us in time"],
  142: ["another client with the same identifier took over", "Give each client its own --client-id"],
  143: ["it does not accept the topic filter", "Check --topic"],
  144: ["it does not accept the topic name", "Check --topic"],
  147: ["more messages were in flight than it allows"],
  149: ["the packet is larger than it allows", "Raise the broker's packet size limit"],
  150: ["messages come faster than it allows"],
  151: ["a quota is used up", "Raise the broker's quota"],
  153: ["the payload is not in the announced format"],
  154: ["it keeps no retained messages"],
  155: ["it does not support this quality of service", "Give a lower --qos"],
  156: ["we are to use another server"],
  157: ["it has moved"],
  158: ["it does not support shared subscriptions", "Leave --share away"],
  159: ["connections come faster than it allows"],
  162: ["it does not support wildcard topics", "Give a --topic without # and +"],
};

/** Codes after which the same request may succeed later. */
const passing: ReadonlySet<number> = new Set([3, 128, 131, 136, 137, 139, 147, 150, 151, 159]);

/** What a reason code means, in words that continue "the broker refused, because". */
export function meaningOf(code: number): string {
  return reasonCodes[code]?.[0] ?? `reason code ${code}`;
}

export function remedyFor(code: number): string {
  return reasonCodes[code]?.[1] ?? "";
}

export function isPassing(code: number): boolean {
  return passing.has(code);
}

/** The numeric MQTT reason code of an error from MQTT.js, or undefined; a refused SUBSCRIBE carries it in its SUBACK. */
export function reasonCode(error: unknown): number | undefined {
  const { code, packet } = (error ?? {}) as { code?: unknown; packet?: { granted?: readonly number[] } };
  if (typeof code === "number") return code;
  return packet?.granted?.find((granted) => granted >= 0x80);
}

/** "Not authorized" as an answer to CONNECT: Mosquitto says so of a wrong password, too. */
const notAuthorized: ReadonlySet<number> = new Set([5, 135]);
const loginWhy = "the user name or password is wrong or missing, or this client may not connect";
const loginRemedy = "Give --username and --password-file";

type Reason = readonly [kind: typeof refused, why: string, remedy: string];

const systemErrors: Readonly<Record<string, Reason>> = {
  ENOTFOUND: [unreachable, "the host name is unknown", "Check the spelling, or the DNS server"],
  EAI_AGAIN: [unreachable, "the host name could not be looked up", "Check the DNS server"],
  ECONNREFUSED: [unreachable, "nobody listens on that port", "Start the broker, or check host and port"],
  ECONNRESET: [
    unreachable,
    "it closed the connection",
    "Check that the port is the broker's and whether it wants TLS (mqtts://)",
  ],
  ETIMEDOUT: [unreachable, "it did not answer", "Check host, port and firewall"],
  EHOSTUNREACH: [unreachable, "there is no route to the host", "Check the network"],
  ENETUNREACH: [unreachable, "the network is unreachable", "Check the network"],
  EPROTO: [refused, "the TLS handshake failed", "Check that the port speaks TLS; mqtt:// is without"],
  ERR_SSL_WRONG_VERSION_NUMBER: [
    refused,
    "the port does not speak TLS",
    "Use mqtt://, or the broker's TLS port",
  ],
  CERT_HAS_EXPIRED: [refused, "its certificate has expired", "Renew the broker's certificate"],
  CERT_NOT_YET_VALID: [refused, "its certificate is not valid yet", "Check the clock of this machine"],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    refused,
    "its certificate is for another host name",
    "Use the name in the certificate",
  ],
};

const untrusted: Reason = [
  refused,
  "its certificate is not signed by an authority we trust",
  "Give the authority's certificate with --ca",
];
const wantsCertificate: Reason = [
  refused,
  "it wants a certificate of ours that it trusts",
  "Give --cert and --key",
];
const hungUp: Reason = [
  unreachable,
  "it closed the connection while we subscribed",
  "Its log may say why, its access rules (ACL) perhaps",
];
const noBroker: Reason = [unreachable, "what answers there does not speak MQTT", "Check host and port"];
const silent: Reason = [unreachable, "it did not answer", "Check that an MQTT broker listens there"];

/** Why a broker could not be reached or used, as a sentence for a person. */
export function explain(error: unknown, broker: Pick<Broker, "href">): UserError {
  if (error instanceof UserError) return error;
  const code = reasonCode(error);
  if (code !== undefined) {
    const kind = isPassing(code) ? unreachable : refused;
    if (notAuthorized.has(code))
      return refused(`the broker ${broker.href} refused: ${loginWhy}`, loginRemedy, error);
    return kind(`the broker ${broker.href} refused: ${meaningOf(code)}`, remedyFor(code), error);
  }
  const [kind, why, remedy] = systemReason(systemCode(error), describe(error));
  return kind(`cannot connect to ${broker.href}: ${why}`, remedy, error);
}

function systemReason(code: string, message: string): Reason {
  if (/SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)|CERT_UNTRUSTED|CERT_SIGNATURE/.test(code)) return untrusted;
  if (/ALERT_(CERTIFICATE_REQUIRED|UNKNOWN_CA|BAD_CERTIFICATE|HANDSHAKE_FAILURE)/.test(code))
    return wantsCertificate;
  if (code.startsWith("ERR_OSSL_"))
    return [refused, `a certificate or key of ours cannot be used (${message})`, "Check --cert and --key"];
  if (/wrong version number|packet length too long/i.test(message))
    return systemErrors["ERR_SSL_WRONG_VERSION_NUMBER"] as Reason;
  if (/connack timeout/i.test(message)) return silent;
  if (code === "" && /packet|header flag|protocol ?id|malformed|invalid/i.test(message)) return noBroker;
  if (/^connection closed$/i.test(message)) return hungUp;
  return systemErrors[code] ?? [unreachable, message, ""];
}
