import type { ErrorCode } from "../../base/error-codes.ts";
import { systemCode } from "../../base/system-errors.ts";
import type { Blame } from "../sink.ts";

/** What a failed request says about itself. */
export interface S3Failure {
  /** S3's code (`NoSuchBucket`), the system's (`ECONNREFUSED`) or the SDK's (`TimeoutError`); "" for a foreign answer. */
  readonly code: string;
  /** HTTP status; undefined without a response. */
  readonly status: number | undefined;
  /** Something answered, but not as S3 does: a proxy, a web server, a login page. */
  readonly isForeign: boolean;
  /** The bucket's region, if the service names it. */
  readonly region: string | undefined;
  /** The peer of a failed connection, or "". */
  readonly peer: string;
  /** Where a redirect points, without what may be a login in it, or "". */
  readonly location: string;
  /** The service's own words, when they are short and plain text; else "". */
  readonly words: string;
}

/** An answer with a status of success that S3 would not have given. */
export class ForeignAnswer extends Error {
  override readonly name = "ForeignAnswer";
}

/** A failure whose reason and remedy are known where it is found: settings, credentials. */
export class KnownFailure extends Error {
  override readonly name = "KnownFailure";
  readonly errorCode: ErrorCode;
  readonly remedy: string;

  constructor(errorCode: ErrorCode, reason: string, remedy: string, cause?: unknown) {
    super(reason, { cause });
    this.errorCode = errorCode;
    this.remedy = remedy;
  }
}

interface SdkError {
  readonly name?: string;
  readonly message?: string;
  /** From the XML of S3's errors: what is no such XML has none. */
  readonly Code?: string;
  readonly Region?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
  readonly address?: string;
  readonly port?: number;
  readonly hostname?: string;
}

export function failureOf(error: unknown): S3Failure {
  const {
    name = "",
    message = "",
    Code,
    Region,
    $metadata,
    $response,
    address,
    port,
    hostname = "",
  } = (error ?? {}) as SdkError;
  const status = $metadata?.httpStatusCode;
  const isForeign = error instanceof ForeignAnswer || (status !== undefined && Code === undefined);
  const headers = $response?.headers ?? {};
  return {
    code: isForeign ? "" : systemCode(error) || name,
    status,
    isForeign,
    region: headers["x-amz-bucket-region"] ?? Region,
    peer: address ? `${address}:${port}` : hostname,
    location: originOf(headers["location"] ?? ""),
    words: Code === undefined || message === "UnknownError" ? "" : plainWords(message),
  };
}

function originOf(location: string): string {
  return URL.canParse(location) ? new URL(location).origin : "";
}

/** Characters. */
export const mostWords = 200;

/**
 * Someone else's text as a part of our sentence: "" when it is long, markup or more than one line. What may be a secret is
 * replaced: services repeat a part of the request.
 */
export function plainWords(text: string): string {
  const line = text.trim();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not reach a terminal
  if (line === "" || line.length > mostWords || /[\u0000-\u001f\u007f-\u009f\u2028\u2029<>]/.test(line))
    return "";
  return line.replace(/[A-Za-z0-9+=]{20,}/g, (word) => (looksSecret(word) ? "***" : word));
}

/** Keys and tokens mix small letters, capitals and digits; names of headers, roles and profiles seldom do. */
function looksSecret(word: string): boolean {
  return /[a-z]/.test(word) && /[A-Z]/.test(word) && /\d/.test(word);
}

/** S3's and the SDK's own codes. */
const errorCodes: Readonly<Record<string, ErrorCode>> = {
  InvalidAccessKeyId: "BUCKET_LOGIN_REFUSED",
  SignatureDoesNotMatch: "BUCKET_LOGIN_REFUSED",
  ExpiredToken: "BUCKET_LOGIN_REFUSED",
  InvalidToken: "BUCKET_LOGIN_REFUSED",
  RequestTimeTooSkewed: "BUCKET_CLOCK_SKEW",
  AccessDenied: "BUCKET_FORBIDDEN",
  AllAccessDisabled: "BUCKET_FORBIDDEN",
  NoSuchBucket: "BUCKET_NOT_FOUND",
  BucketAlreadyExists: "BUCKET_NAME_TAKEN",
  ERR_INVALID_URL: "BUCKET_URL_INVALID",
  // What the SDK refuses before it sends anything.
  EndpointError: "BUCKET_SETTINGS_INVALID",
  ERR_INVALID_CHAR: "BUCKET_SETTINGS_INVALID",
  AuthorizationHeaderMalformed: "BUCKET_WRONG_REGION",
  SlowDown: "BUCKET_UNREACHABLE",
  TimeoutError: "BUCKET_UNREACHABLE",
  EntityTooLarge: "OBJECT_REFUSED",
  KeyTooLong: "OBJECT_REFUSED",
  KeyTooLongError: "OBJECT_REFUSED",
  MetadataTooLarge: "OBJECT_REFUSED",
  InvalidObjectName: "OBJECT_REFUSED",
  XMinioInvalidObjectName: "OBJECT_REFUSED",
};

export function errorCodeOf({ code, status = 0, isForeign }: S3Failure): ErrorCode {
  const known = errorCodes[code];
  if (known) return known;
  // Node.js's parser of HTTP.
  if (code.startsWith("HPE_")) return "BUCKET_NOT_S3";
  // A web server answers a PUT with 405 or 501, and will always.
  const isTemporary = (status >= 500 && status !== 501) || status === 408 || status === 429;
  if (isForeign && !isTemporary) return "BUCKET_NOT_S3";
  if (status === 301) return "BUCKET_WRONG_REGION";
  if (status === 401) return "BUCKET_LOGIN_REFUSED";
  if (status === 403) return "BUCKET_FORBIDDEN";
  if (status >= 400 && !isTemporary) return "BUCKET_REFUSED";
  return /CERT|SIGNATURE/.test(code) ? "BUCKET_TLS_FAILED" : "BUCKET_UNREACHABLE";
}

/** Statuses that ask to log in, to wait or to repeat the request. */
const otherStatuses: ReadonlySet<number> = new Set([401, 403, 407, 408, 409, 425, 429]);
const otherCodes: ReadonlySet<string> = new Set([
  "RequestTimeout",
  "BadDigest",
  "IncompleteBody",
  "OperationAborted",
]);

/** What the failure of a put says about its object. */
export function blameOf(failure: S3Failure): Blame {
  const { code, status = 0 } = failure;
  if (/Quota|StorageFull|InsufficientStorage/i.test(code) || status === 507) return "none";
  if (code === "TimeoutError") return "timeout";
  const isAnswer = status >= 400 && status < 500 && !otherStatuses.has(status) && !otherCodes.has(code);
  return isAnswer && /^BUCKET_(REFUSED|NOT_S3)$/.test(errorCodeOf(failure)) ? "answer" : "unknown";
}

/** Whether the service refuses something that the SDK adds to a request by default: a checksum, or its trailer. */
export function refusesChecksum(failure: S3Failure): boolean {
  const names = /checksum|crc32|x-amz-trailer|aws-chunked|STREAMING-UNSIGNED/i;
  return names.test(failure.words) && !isDigestRefusal(failure);
}

/** A refusal that says that the body is not the one that its checksum was made of. */
export function isDigestRefusal({ code, status = 0 }: S3Failure): boolean {
  return (
    status >= 400 &&
    status < 500 &&
    /^(BadDigest|InvalidDigest|\w*(Checksum|SHA256|MD5)\w*Mismatch)$/i.test(code)
  );
}
