import type { ErrorCode } from "../../base/error-codes.ts";
import { describe, UserError } from "../../base/errors.ts";
import { systemReason } from "../../base/system-errors.ts";
import { SinkError } from "../sink.ts";
import {
  blameOf,
  errorCodeOf,
  ForeignAnswer,
  failureOf,
  KnownFailure,
  plainWords,
  refusesChecksum,
  type S3Failure,
} from "./failure.ts";

/** What S3's and the SDK's own codes mean; those of the system and of TLS are in base/system-errors.ts. */
const reasons: Readonly<Record<string, string>> = {
  InvalidAccessKeyId: "the access key is unknown",
  SignatureDoesNotMatch: "the secret key is wrong",
  ExpiredToken: "the login has expired",
  InvalidToken: "the session token is not valid",
  RequestTimeTooSkewed: "this machine's clock is wrong",
  AccessDenied: "the login has no permission",
  AllAccessDisabled: "the bucket is disabled",
  NoSuchBucket: "there is no such bucket",
  BucketAlreadyExists: "the name belongs to another owner",
  ERR_INVALID_URL: "the endpoint is not a valid URL",
  ERR_INVALID_CHAR: "a key, a token or another value has a character that HTTP does not allow",
  NotImplemented:
    "the service does not support conditional writes (If-None-Match), the checksum that the AWS SDK adds, or another " +
    "part of the request",
  ConditionalRequestConflict: "another write of the same key is in progress",
  SlowDown: "the service asks to slow down",
  TimeoutError: "no answer in time",
  EntityTooLarge: "the object is too large for the service",
  KeyTooLong: "the key is too long",
  KeyTooLongError: "the key is too long",
  MetadataTooLarge: "the metadata is too large",
  InvalidObjectName: "the service does not allow this key",
  XMinioInvalidObjectName: "the service does not allow this key",
};

const remedies: { readonly [code in ErrorCode]?: string } = {
  BUCKET_LOGIN_REFUSED: "Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN",
  BUCKET_CLOCK_SKEW: "Set the clock, e.g. with NTP",
  BUCKET_FORBIDDEN:
    "Allow this login s3:PutObject below the prefix, and s3:GetObject to recognize repeated writes",
  BUCKET_NOT_FOUND: "Check its name, or create it with --create-bucket",
  BUCKET_NAME_TAKEN: "Choose another name",
  BUCKET_URL_INVALID: "Check --endpoint and AWS_ENDPOINT_URL_S3",
  BUCKET_SETTINGS_INVALID:
    "Check the variables AWS_* and ~/.aws/config; AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT are for Amazon alone",
  BUCKET_NOT_S3:
    "Check host, port and http or https of --endpoint (or AWS_ENDPOINT_URL_S3), and whether a proxy, a web console or the " +
    "network's login page answers instead",
  BUCKET_TLS_FAILED:
    "Check the endpoint's host name, or set NODE_EXTRA_CA_CERTS to the file of its certificate authority",
};

const checksumReason = "the service does not support the checksum that the AWS SDK adds to each request";
const checksumRemedy = "Set AWS_REQUEST_CHECKSUM_CALCULATION=when_required";

/** The failure to open a bucket. */
export function s3OpenError(error: unknown, bucket: string): UserError {
  const failure = failureOf(error);
  const code = error instanceof KnownFailure ? error.errorCode : errorCodeOf(failure);
  const remedy = error instanceof KnownFailure ? error.remedy : (remedies[code] ?? remedyOf(code, failure));
  const verb = code === "BUCKET_UNREACHABLE" ? "reach" : "use";
  const message = `cannot ${verb} the bucket ${bucket}: ${s3Reason(error)}`;
  return new UserError(code, message, remedy, error);
}

/** The service refuses the checksum that the SDK adds, with this error, and accepts the same request without it. */
export function checksumUnsupported(cause: unknown): KnownFailure {
  const failure = failureOf(cause);
  const answer = failure.code === "" ? `HTTP status ${failure.status}` : bracketsOf(failure);
  return new KnownFailure("BUCKET_REFUSED", `${checksumReason} (${answer})`, checksumRemedy, cause);
}

/**
 * The failure to write the object at `uri`. Only an object itself can be refused permanently; people can fix a service,
 * a network or a login.
 */
export function s3PutError(error: unknown, uri: string): SinkError {
  if (error instanceof KnownFailure)
    return new SinkError(error.errorCode, `cannot write ${uri}: ${error.message}. ${error.remedy}`, error);
  const failure = failureOf(error);
  const remedy = refusesChecksum(failure) ? `. ${checksumRemedy}` : "";
  const message = `cannot write ${uri}: ${s3Reason(error)}${remedy}`;
  return new SinkError(errorCodeOf(failure), message, error, blameOf(failure));
}

/** The reason in words with the code: `the secret key is wrong (SignatureDoesNotMatch: "...")`. */
export function s3Reason(error: unknown): string {
  if (error instanceof KnownFailure || error instanceof ForeignAnswer) return error.message;
  const failure = failureOf(error);
  const { code, status, location, isForeign } = failure;
  if (isForeign)
    return `HTTP status ${status}${location ? ` (to ${location})` : ""}, and not an answer of S3`;
  const reason = wordsFor(failure);
  if (reason) return `${reason} (${bracketsOf(failure)})`;
  if (status === undefined) return plainWords(describe(error)) || code || "unknown failure";
  return `HTTP status ${status} (${bracketsOf(failure)})`;
}

function wordsFor(failure: S3Failure): string | undefined {
  const { code, region } = failure;
  const kind = errorCodeOf(failure);
  if (kind === "BUCKET_WRONG_REGION")
    return `the bucket is in ${region ? `the region ${region}` : "another region, or behind another endpoint"}`;
  if (kind === "BUCKET_REFUSED" && refusesChecksum(failure)) return checksumReason;
  if (code.startsWith("HPE_")) return "what answers does not speak HTTP";
  return reasons[code] ?? systemReason(code);
}

/** `AccessDenied: "the service's own words"`, `ECONNREFUSED 127.0.0.1:80`. */
function bracketsOf({ code, words, peer }: S3Failure): string {
  return [words ? `${code}: "${words}"` : code, peer].filter(Boolean).join(" ");
}

function remedyOf(code: ErrorCode, failure: S3Failure): string {
  if (code === "BUCKET_WRONG_REGION") return `Set AWS_REGION${failure.region ? `=${failure.region}` : ""}`;
  if (code === "BUCKET_REFUSED" && refusesChecksum(failure)) return checksumRemedy;
  if (code !== "BUCKET_UNREACHABLE") return "Check --to, --endpoint and --path-style";
  const check = "Check --endpoint (or AWS_ENDPOINT_URL_S3), AWS_REGION and the network";
  if (failure.code === "ENOTFOUND")
    return `${check}; a service without a host name per bucket needs --path-style`;
  return failure.code === "EPROTO" ? `${check}; a service without TLS needs http://` : check;
}
