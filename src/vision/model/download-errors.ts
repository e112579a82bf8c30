import { describe, refused, type UserError, unreachable } from "../../base/errors.ts";
import { redact } from "../../base/log.ts";
import { systemCode } from "../../base/system-errors.ts";
import type { ModelFile } from "./model-file.ts";

/** No answer, one that ended too early, or one that asks to come again: may work another time. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  readonly kind: "no answer" | "broken off" | "busy";

  constructor(kind: Interrupted["kind"], message: string, cause?: unknown) {
    super(message, { cause });
    this.kind = kind;
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOTFOUND: "its name is not known here, as without a network",
  EAI_AGAIN: "its name cannot be looked up, as without a network",
  ECONNREFUSED: "the connection was refused",
  ECONNRESET: "the connection was reset",
  EHOSTUNREACH: "there is no way to it from here",
  ENETUNREACH: "there is no network",
  ETIMEDOUT: "no answer to the attempt to connect",
  UND_ERR_CONNECT_TIMEOUT: "no answer to the attempt to connect",
  UND_ERR_SOCKET: "the connection was closed",
};

/** Why `fetch` or the reading of its answer failed: fetch's own words are "fetch failed" and "terminated". */
export function networkReason(error: unknown): string {
  const cause = (error as Error).cause ?? error;
  const code = systemCode(cause);
  return reasons[code] ? `${reasons[code]} (${code})` : describe(cause);
}

const instead = (url: string) => `Give a copy of ${redact(url)} with --model FILE, or take --detector haar`;

/** What a failure of the network or of the disk is to the user; what is neither stays as it is. */
export function explain(error: unknown, url: string, folder: string): unknown {
  if (error instanceof Interrupted) return gaveUp(error, url);
  const ofDisk = (error as NodeJS.ErrnoException).syscall !== undefined;
  return ofDisk ? cannotWrite(error, url, folder) : error;
}

function gaveUp(error: Interrupted, url: string): UserError {
  const [message, remedy] = [`cannot download the face model: ${error.message}`, instead(url)];
  return error.kind === "busy" ? refused(message, remedy, error) : unreachable(message, remedy, error);
}

export function wrongFile(url: string, what: string): UserError {
  return refused(`${redact(url)} is not the face model: ${what}`, instead(url));
}

export function wrongBytes(url: string, model: ModelFile, sha256: string): UserError {
  return wrongFile(url, `expected SHA-256 ${model.sha256}, got ${sha256}`);
}

export function saidNo(url: string, status: string): UserError {
  return refused(`cannot download the face model: ${redact(url)} answers ${status}`, instead(url));
}

function cannotWrite(error: unknown, url: string, folder: string): UserError {
  return refused(
    `cannot keep the face model in ${folder}: ${describe(error)}`,
    `Name another cache folder with XDG_CACHE_HOME (Linux), or give a copy of ${redact(url)} with --model FILE`,
    error,
  );
}
