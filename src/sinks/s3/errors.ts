import { describe } from "../../base/errors.ts";
import { systemCode } from "../../base/system-errors.ts";
import { SinkError } from "../sink.ts";

/** What a failed request says of itself. */
interface S3Fault {
  /** S3's code (`NoSuchBucket`), or the system's (`ECONNREFUSED`), or the SDK's (`TimeoutError`). */
  readonly code: string;
  /** HTTP status; absent when there was no answer. */
  readonly status: number | undefined;
  /** The region the bucket is in, where the service told. */
  readonly region: string | undefined;
}

export function faultOf(error: unknown): S3Fault {
  const {
    name = "",
    Region,
    $metadata,
    $response,
  } = (error ?? {}) as {
    name?: string;
    Region?: string;
    $metadata?: { httpStatusCode?: number };
    $response?: { headers?: Record<string, string> };
  };
  return {
    code: systemCode(error) || name,
    status: $metadata?.httpStatusCode,
    region: $response?.headers?.["x-amz-bucket-region"] ?? Region,
  };
}

const loginReasons: Readonly<Record<string, string>> = {
  InvalidAccessKeyId: "the access key is unknown",
  SignatureDoesNotMatch: "the secret key is wrong",
  ExpiredToken: "the login has expired",
  InvalidToken: "the session token is not valid",
  CredentialsProviderError: "there are no credentials",
  RequestTimeTooSkewed: "this machine's clock is wrong",
};

const otherReasons: Readonly<Record<string, string>> = {
  AccessDenied: "the login has no permission",
  AllAccessDisabled: "the bucket is disabled",
  NoSuchBucket: "there is no such bucket",
  SlowDown: "the service asks to slow down",
  TimeoutError: "no answer in time",
  NotImplemented: "the service cannot do conditional writes (If-None-Match), or another part of the request",
  ConditionalRequestConflict: "another write of the same key is under way",
  ECONNREFUSED: "the connection was refused",
  ECONNRESET: "the connection was cut",
  EPIPE: "the connection was cut",
  ENOTFOUND: "the host name is not known",
  EAI_AGAIN: "the name server does not answer",
  EHOSTUNREACH: "there is no way to the host",
  ENETUNREACH: "there is no network",
  ETIMEDOUT: "no answer in time",
  EPROTO: "the TLS handshake failed; perhaps the endpoint speaks http and not https",
  ERR_TLS_CERT_ALTNAME_INVALID: "the certificate is for another host name",
  CERT_HAS_EXPIRED: "the certificate has expired",
  DEPTH_ZERO_SELF_SIGNED_CERT: "the certificate is self-signed",
  SELF_SIGNED_CERT_IN_CHAIN: "the certificate's authority is unknown",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the certificate's authority is unknown",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "the certificate's authority is unknown",
  InvalidObjectName: "the service does not take this key",
  EntityTooLarge: "the object is too large for the service",
  KeyTooLongError: "the key is too long",
  MetadataTooLarge: "the metadata is too large",
};

/** True for what a right key, secret, token or clock would mend. */
export function isLoginFault(fault: S3Fault): boolean {
  return fault.code in loginReasons;
}

/** Why, in words and with the code: `the secret key is wrong (SignatureDoesNotMatch)`. */
export function s3Reason(error: unknown): string {
  const { code, status } = faultOf(error);
  const reason = loginReasons[code] ?? otherReasons[code];
  if (reason) return `${reason} (${[code, peer(error)].filter(Boolean).join(" ")})`;
  return status === undefined ? describe(error) : `HTTP status ${status}: ${describe(error)} (${code})`;
}

/** The host of a connection that failed, or "". */
function peer(error: unknown): string {
  const {
    address,
    port,
    hostname = "",
  } = (error ?? {}) as {
    address?: string;
    port?: number;
    hostname?: string;
  };
  return address ? `${address}:${port}` : hostname;
}

/** Faults of this object alone. All else is the service, the way there or the login, which somebody may mend. */
const permanent = new Set([
  "EntityTooLarge",
  "KeyTooLong",
  "KeyTooLongError",
  "MetadataTooLarge",
  "InvalidObjectName",
  "XMinioInvalidObjectName",
]);

export function s3PutError(error: unknown, place: string): SinkError {
  const transient = !permanent.has(faultOf(error).code);
  return new SinkError(`cannot write ${place}: ${s3Reason(error)}`, transient, { cause: error });
}
