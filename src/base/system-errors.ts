import { describe } from "./errors.ts";

/** The reasons behind the system's, Node.js's and TLS's error codes, in words; the same wherever they occur. */
const reasons: Readonly<Record<string, string>> = {
  // Network
  ENOTFOUND: "the host name is unknown",
  EAI_AGAIN: "the host name could not be resolved (DNS)",
  ECONNREFUSED: "the connection was refused",
  ECONNRESET: "the connection was reset",
  EPIPE: "the connection was reset",
  EHOSTUNREACH: "there is no route to the host",
  ENETUNREACH: "the network is unreachable",
  ETIMEDOUT: "no answer in time",
  UND_ERR_CONNECT_TIMEOUT: "no answer in time",
  UND_ERR_SOCKET: "the connection was closed",
  EADDRINUSE: "another program uses it",
  // TLS
  EPROTO: "the TLS handshake failed",
  ERR_SSL_WRONG_VERSION_NUMBER: "the port does not speak TLS",
  CERT_HAS_EXPIRED: "the certificate has expired",
  CERT_NOT_YET_VALID: "the certificate is not valid yet",
  ERR_TLS_CERT_ALTNAME_INVALID: "the certificate is for another host name",
  DEPTH_ZERO_SELF_SIGNED_CERT: "the certificate is self-signed",
  SELF_SIGNED_CERT_IN_CHAIN: "the certificate's authority is unknown",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the certificate's authority is unknown",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "the certificate's authority is unknown",
  // Files
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is exceeded",
  EROFS: "the file system is read-only",
  EACCES: "permission denied",
  EPERM: "operation not permitted",
  EIO: "the disk reports an input/output error",
  EMFILE: "this process has too many open files",
  ENFILE: "this machine has too many open files",
  ENOENT: "no such file or directory",
  EXDEV: "it is on another file system",
  ENOTDIR: "a part of the path is not a directory",
  EISDIR: "it is a directory",
  ENAMETOOLONG: "the name is too long for this file system",
};

/** The system's error code (`ENOENT`, `ECONNREFUSED` ...) of a thrown value, or "". */
export function systemCode(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : "";
}

/** The reason in words, without the code; undefined for a code that is not in the table. */
export function systemReason(code: string): string | undefined {
  return reasons[code];
}

/** The reason in words with the code, `the disk is full (ENOSPC)`; `own` has a caller's more specific words. */
export function errorReason(error: unknown, own: Readonly<Record<string, string>> = {}): string {
  const code = systemCode(error);
  const reason = own[code] ?? systemReason(code);
  return reason === undefined ? describe(error) : `${reason} (${code})`;
}

/** Why a connection failed. fetch hides the reason in `cause`: its own words are "fetch failed" and "terminated". */
export function networkReason(error: unknown): string {
  return errorReason((error as { cause?: unknown } | null)?.cause ?? error);
}
