import type { ErrorCode } from "../base/error-codes.ts";
import { describe, UserError } from "../base/errors.ts";
import { redact } from "../base/redact.ts";
import { systemCode, systemReason } from "../base/system-errors.ts";
import type { Broker } from "./broker.ts";

const unreachable = "BROKER_UNREACHABLE";
const tlsFailed = "BROKER_TLS_FAILED";

/** What a CONNACK, SUBACK, PUBACK or DISCONNECT code means and what to do; MQTT 5 section 2.4, MQTT 3.1.1 section 3.2.2.3. */
const reasonCodes: Readonly<Record<number, readonly [meaning: string, remedy?: string]>> = {
  1: ["it does not support this MQTT version", "Use --protocol auto"],
  2: ["it does not accept this client identifier", "Choose another --client-id"],
  3: ["it is not available"],
  4: ["the user name or password is wrong", "Set --username and --password-file"],
  5: [
    "the user name or password is wrong or missing, or this client may not connect",
    "Set --username and --password-file",
  ],
  128: ["it states no reason", "Its log may say more"],
  130: ["it found a protocol error", "Its log may say more"],
  131: ["it does not accept this", "Its log may say more"],
  132: ["it does not support this MQTT version", "Use --protocol auto"],
  133: ["it does not accept this client identifier", "Choose another --client-id"],
  134: ["the user name or password is wrong", "Set --username and --password-file"],
  135: ["we are not authorized", "Log in as an authorized user, or change the broker's access rules (ACL)"],
  136: ["it is not available"],
  137: ["it is busy"],
  138: ["this client is banned", "Ask the broker's operator"],
  139: ["it is shutting down"],
  140: ["it requires another authentication method"],
  141: ["it received nothing from us within the keepalive"],
  142: [
    "another client with the same identifier took over",
    "Choose a different --client-id for each client",
  ],
  143: ["it does not accept the topic filter", "Check --topic"],
  144: ["it does not accept the topic name", "Check --topic"],
  145: ["it finds the packet identifier in use"],
  147: ["more messages were in flight than its receive maximum"],
  149: ["the packet is larger than it allows", "Raise the broker's packet size limit"],
  150: ["the message rate is higher than it allows"],
  151: ["a quota is exceeded", "Raise the broker's quota"],
  152: ["its operator ended the connection", "Ask the broker's operator"],
  153: ["the payload is not in the announced format"],
  154: ["it does not support retained messages"],
  155: ["it does not support this quality of service", "Use a lower --qos"],
  156: ["it requests that we use another server"],
  157: ["it has moved"],
  158: ["it does not support shared subscriptions", "Omit --share"],
  159: ["the connection rate is higher than it allows"],
  160: ["the connection lasted as long as it allows"],
  162: ["it does not support wildcard topics", "Use a --topic without # and +"],
};

/** Codes that object to the message itself: topic, size, format, retain or QoS. The broker will never accept it. */
const messageCodes: ReadonlySet<number> = new Set([144, 149, 153, 154, 155]);
/** Codes after which the same request may succeed later. */
const transientCodes: ReadonlySet<number> = new Set([3, 128, 131, 136, 137, 139, 145, 147, 150, 151, 159]);
const loginCodes: ReadonlySet<number> = new Set([4, 5, 134, 140]);
export const clientIdTaken = 142;
const unspecified = 128;

/** What a reason code means, in words that continue "the broker refused, because". */
export function codeMeaning(code: number): string {
  return reasonCodes[code]?.[0] ?? `reason code ${code}`;
}

export function remedyFor(code: number): string {
  return reasonCodes[code]?.[1] ?? "";
}

export function isTransientCode(code: number): boolean {
  return transientCodes.has(code);
}

/** Whether the refusal of a publish is about this message alone, and final. */
export function isAboutMessage(error: unknown): boolean {
  return messageCodes.has(reasonCode((error as { cause?: unknown } | undefined)?.cause) ?? 0);
}

/** Whether a refused publish may succeed later. */
export function isTransientRefusal(error: unknown): boolean {
  return isTransientCode(reasonCode((error as { cause?: unknown } | undefined)?.cause) ?? 0);
}

function connectErrorCode(code: number): ErrorCode {
  if (code === clientIdTaken) return "CLIENT_ID_TAKEN";
  if (loginCodes.has(code)) return "BROKER_LOGIN_REFUSED";
  return isTransientCode(code) ? "BROKER_BUSY" : "BROKER_REFUSED";
}

/** The codes of a refused SUBSCRIBE, one for each of its filters. */
export function grantedCodes(error: unknown): readonly number[] {
  const { packet } = (error ?? {}) as { packet?: { granted?: readonly number[] } };
  return packet?.granted ?? [];
}

/** The numeric MQTT reason code of an error from MQTT.js, or undefined; a refused SUBSCRIBE carries it in its SUBACK. */
export function reasonCode(error: unknown): number | undefined {
  const { code } = (error ?? {}) as { code?: unknown };
  if (typeof code === "number") return code;
  return grantedCodes(error).find((granted) => granted >= 0x80);
}

/** The broker refused one of our requests, `what`. */
export function requestRefused(code: ErrorCode, href: string, what: string, cause: unknown): UserError {
  const mqttCode = reasonCode(cause) ?? unspecified;
  const message = `the broker ${href} refused ${what}: ${codeMeaning(mqttCode)}`;
  return new UserError(code, message, remedyFor(mqttCode), cause);
}

/** `what` is larger than the broker allows; `limit` is what it announced, bytes, infinite when it announced nothing. */
export function packetTooLarge(href: string, what: string, limit: number, cause?: unknown): UserError {
  const allows = Number.isFinite(limit)
    ? `accepts packets of at most ${limit} bytes`
    : "refused it as too large";
  const remedy = "Raise the broker's packet size limit (Mosquitto: max_packet_size, message_size_limit)";
  return new UserError("MESSAGE_TOO_LARGE", `${what} is too large: ${href} ${allows}`, remedy, cause);
}

/**
 * Failures of the network and of TLS, by the system's error code and message, "CODE message"; the first that matches
 * applies. Where `why` is absent, the reason is the one in base/system-errors.ts, or else the message.
 */
const failures: readonly (readonly [pattern: RegExp, code: ErrorCode, remedy: string, why?: string])[] = [
  [/^\S*(SELF_SIGNED|UNABLE_TO_|CERT_UNTRUSTED|CERT_SIGNATURE)/, tlsFailed, "Trust its authority with --ca"],
  [
    /^\S*ALERT_(CERTIFICATE_REQUIRED|UNKNOWN_CA|BAD_CERTIFICATE|HANDSHAKE_FAILURE)/,
    tlsFailed,
    "Set --cert and --key",
    "it requires a client certificate that it trusts",
  ],
  [/^ERR_OSSL_/, tlsFailed, "Check --cert and --key", "our certificate or key cannot be used ({message})"],
  [
    /^ERR_SSL_WRONG_VERSION_NUMBER |wrong version number|packet length too long/i,
    tlsFailed,
    "Use mqtt://, or the broker's TLS port",
    "the port does not speak TLS",
  ],
  [/connack timeout/i, "BROKER_NO_ANSWER", "Check that an MQTT broker listens there", "it did not answer"],
  [
    /^ .*(packet|header flag|protocol ?id|malformed|invalid)/i,
    unreachable,
    "Check host and port",
    "what answers there does not speak MQTT",
  ],
  [
    /^\S* connection closed$/i,
    unreachable,
    "Its log may say why, its access rules (ACL) perhaps",
    "it closed the connection while we subscribed",
  ],
  [/^ENOTFOUND /, unreachable, "Check the spelling, or the DNS server"],
  [/^EAI_AGAIN /, unreachable, "Check the DNS server"],
  [/^ECONNREFUSED /, unreachable, "Start the broker, or check host and port", "nobody listens on that port"],
  [
    /^ECONNRESET /,
    unreachable,
    "Check the port, and whether it requires TLS (mqtts://)",
    "it closed the connection",
  ],
  [/^ETIMEDOUT /, unreachable, "Check host, port and firewall", "it did not answer"],
  [/^(EHOSTUNREACH|ENETUNREACH) /, unreachable, "Check the network"],
  [/^EPROTO /, tlsFailed, "Check that the port speaks TLS; mqtt:// is without"],
  [/^CERT_HAS_EXPIRED /, tlsFailed, "Renew the broker's certificate"],
  [/^CERT_NOT_YET_VALID /, tlsFailed, "Check the clock of this machine"],
  [/^ERR_TLS_CERT_ALTNAME_INVALID /, tlsFailed, "Use the name in the certificate"],
];

type BrokerName = Pick<Broker, "href"> & Partial<Pick<Broker, "password">>;

/** Why a broker could not be reached or used, as a sentence for a person. */
export function brokerError(error: unknown, { href, password = "" }: BrokerName): UserError {
  if (error instanceof UserError) return error;
  const answer = reasonCode(error);
  if (answer !== undefined) {
    // As an answer to CONNECT, "not authorized" may mean a wrong password: Mosquitto makes no difference.
    const mqttCode = answer === 135 ? 5 : answer;
    const message = `the broker ${href} refused: ${codeMeaning(mqttCode)}`;
    return new UserError(connectErrorCode(mqttCode), message, remedyFor(mqttCode), error);
  }
  // The library may quote what it sent.
  const [code, message] = [systemCode(error), redact(describe(error), [password])];
  const failure = failures.find(([pattern]) => pattern.test(`${code} ${message}`));
  const [, errorCode = unreachable, remedy = "", why = systemReason(code) ?? message] = failure ?? [];
  const reason = why.replace("{message}", () => message);
  return new UserError(errorCode, `cannot connect to ${href}: ${reason}`, remedy, error);
}
