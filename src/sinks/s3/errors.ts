import type { ErrorCode } from "../../base/error-codes.ts";
import { describe, UserError } from "../../base/errors.ts";
import { systemCode, systemReason } from "../../base/system-errors.ts";
import { type Blame, SinkError } from "../sink.ts";

/** What a failed request says about itself. */
interface S3Failure {
  /** S3's code (`NoSuchBucket`), the system's (`ECONNREFUSED`) or the SDK's (`TimeoutError`). */
  readonly code: string;
  /** HTTP status; undefined without a response. */
  readonly status: number | undefined;
  /** The bucket's region, if the service names it. */
  readonly region: string | undefined;
  /** The peer of a failed connection, or "". */
  readonly peer: string;
}

interface SdkError {
  readonly name?: string;
  readonly Region?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
  readonly address?: string;
  readonly port?: number;
  readonly hostname?: string;
}

/** S3's and the SDK's own codes; those of the system and of TLS are in base/system-errors.ts. */
const reasons: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  InvalidAccessKeyId: ["BUCKET_LOGIN_REFUSED", "the access key is unknown"],
  SignatureDoesNotMatch: ["BUCKET_LOGIN_REFUSED", "the secret key is wrong"],
  ExpiredToken: ["BUCKET_LOGIN_REFUSED", "the login has expired"],
  InvalidToken: ["BUCKET_LOGIN_REFUSED", "the session token is not valid"],
  CredentialsProviderError: ["BUCKET_NO_CREDENTIALS", "there are no credentials"],
  RequestTimeTooSkewed: ["BUCKET_CLOCK_SKEW", "this machine's clock is wrong"],
  AccessDenied: ["BUCKET_FORBIDDEN", "the login has no permission"],
  AllAccessDisabled: ["BUCKET_FORBIDDEN", "the bucket is disabled"],
  NoSuchBucket: ["BUCKET_NOT_FOUND", "there is no such bucket"],
  BucketAlreadyExists: ["BUCKET_NAME_TAKEN", "the name belongs to another owner"],
  ERR_INVALID_URL: ["BUCKET_URL_INVALID", "the endpoint is not a valid URL"],
  NotImplemented: [
    "BUCKET_REFUSED",
    "the service does not support conditional writes (If-None-Match), or another part of the request",
  ],
  ConditionalRequestConflict: ["BUCKET_REFUSED", "another write of the same key is in progress"],
  SlowDown: ["BUCKET_UNREACHABLE", "the service asks to slow down"],
  TimeoutError: ["BUCKET_UNREACHABLE", "no answer in time"],
  EntityTooLarge: ["OBJECT_REFUSED", "the object is too large for the service"],
  KeyTooLong: ["OBJECT_REFUSED", "the key is too long"],
  KeyTooLongError: ["OBJECT_REFUSED", "the key is too long"],
  MetadataTooLarge: ["OBJECT_REFUSED", "the metadata is too large"],
  InvalidObjectName: ["OBJECT_REFUSED", "the service does not allow this key"],
  XMinioInvalidObjectName: ["OBJECT_REFUSED", "the service does not allow this key"],
};

const remedies: { readonly [code in ErrorCode]?: string } = {
  BUCKET_LOGIN_REFUSED: "Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN",
  BUCKET_NO_CREDENTIALS:
    "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or another source of the AWS SDK's standard chain",
  BUCKET_CLOCK_SKEW: "Set the clock, e.g. with NTP",
  BUCKET_FORBIDDEN:
    "Allow this login s3:PutObject below the prefix, and s3:GetObject to recognize repeated writes",
  BUCKET_NOT_FOUND: "Check its name, or create it with --create-bucket",
  BUCKET_NAME_TAKEN: "Choose another name",
  BUCKET_URL_INVALID: "Check --endpoint and AWS_ENDPOINT_URL_S3",
  BUCKET_TLS_FAILED:
    "Check the endpoint's host name, or set NODE_EXTRA_CA_CERTS to the file of its certificate authority",
};

export function failureOf(error: unknown): S3Failure {
  const { name = "", Region, $metadata, $response, address, port, hostname = "" } = (error ?? {}) as SdkError;
  return {
    code: systemCode(error) || name,
    status: $metadata?.httpStatusCode,
    region: $response?.headers?.["x-amz-bucket-region"] ?? Region,
    peer: address ? `${address}:${port}` : hostname,
  };
}

/** The failure to open a bucket. */
export function s3OpenError(error: unknown, bucket: string): UserError {
  const failure = failureOf(error);
  const code = errorCodeOf(failure);
  const verb = code === "BUCKET_UNREACHABLE" ? "reach" : "use";
  const message = `cannot ${verb} the bucket ${bucket}: ${s3Reason(error)}`;
  return new UserError(code, message, remedies[code] ?? remedyOf(code, failure), error);
}

/**
 * The failure to write the object at `uri`. Only an object itself can be refused permanently; people can fix a service,
 * a network or a login.
 */
export function s3PutError(error: unknown, uri: string): SinkError {
  const failure = failureOf(error);
  const message = `cannot write ${uri}: ${s3Reason(error)}`;
  return new SinkError(errorCodeOf(failure), message, error, blameOf(failure));
}

/** Statuses that ask to log in, to wait or to repeat the request. */
const otherStatuses: ReadonlySet<number> = new Set([401, 403, 407, 408, 409, 425, 429]);
const otherCodes: ReadonlySet<string> = new Set([
  "RequestTimeout",
  "BadDigest",
  "IncompleteBody",
  "OperationAborted",
]);

function blameOf(failure: S3Failure): Blame {
  const { code, status = 0 } = failure;
  if (/Quota|StorageFull|InsufficientStorage/i.test(code) || status === 507) return "none";
  if (code === "TimeoutError") return "timeout";
  const isAnswer = status >= 400 && status < 500 && !otherStatuses.has(status) && !otherCodes.has(code);
  return isAnswer && errorCodeOf(failure) === "BUCKET_REFUSED" ? "answer" : "unknown";
}

/** The reason in words with the code: `the secret key is wrong (SignatureDoesNotMatch)`. */
export function s3Reason(error: unknown): string {
  const failure = failureOf(error);
  const { code, status, region, peer } = failure;
  const reason =
    errorCodeOf(failure) === "BUCKET_WRONG_REGION"
      ? `the bucket is in ${region ? `the region ${region}` : "another region, or behind another endpoint"}`
      : (reasons[code]?.[1] ?? systemReason(code));
  if (reason) return `${reason} (${[code, peer].filter(Boolean).join(" ")})`;
  return status === undefined ? describe(error) : `HTTP status ${status}: ${describe(error)} (${code})`;
}

function errorCodeOf({ code, status = 0 }: S3Failure): ErrorCode {
  const known = reasons[code]?.[0];
  if (known) return known;
  if (status === 301 || code === "AuthorizationHeaderMalformed") return "BUCKET_WRONG_REGION";
  if (status === 403) return "BUCKET_FORBIDDEN";
  if (status === 501 || (status >= 400 && status < 500 && status !== 429)) return "BUCKET_REFUSED";
  return /CERT|SIGNATURE/.test(code) ? "BUCKET_TLS_FAILED" : "BUCKET_UNREACHABLE";
}

function remedyOf(code: ErrorCode, failure: S3Failure): string {
  if (code === "BUCKET_WRONG_REGION") return `Set AWS_REGION${failure.region ? `=${failure.region}` : ""}`;
  if (code !== "BUCKET_UNREACHABLE") return "Check --to, --endpoint and --path-style";
  const check = "Check --endpoint (or AWS_ENDPOINT_URL_S3), AWS_REGION and the network";
  if (failure.code === "ENOTFOUND")
    return `${check}; a service without a host name per bucket needs --path-style`;
  return failure.code === "EPROTO" ? `${check}; a service without TLS needs http://` : check;
}
