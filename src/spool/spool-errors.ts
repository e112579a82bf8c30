import { UserError } from "../base/errors.ts";
import { errorReason, systemCode } from "../base/system-errors.ts";

export function isDiskFull(error: unknown): boolean {
  return ["ENOSPC", "EDQUOT"].includes(systemCode(error));
}

/** A failure to open or to write the spool in `directory`. */
export function spoolError(error: unknown, directory: string): UserError {
  const isFull = isDiskFull(error);
  const code = isFull ? "SPOOL_DISK_FULL" : "SPOOL_NOT_WRITABLE";
  const remedy = isFull
    ? "Free some space, or lower --spool-max"
    : "Allow this user to write there, check the disk, or choose another directory with --spool";
  return new UserError(code, `cannot write the spool in ${directory}: ${errorReason(error)}`, remedy, error);
}

export function spoolInUse(directory: string, holder: string): UserError {
  const remedy = "Stop it, or choose another directory with --spool";
  return new UserError("SPOOL_IN_USE", `the spool in ${directory} is in use by ${holder}`, remedy);
}

/** The spool was closed before the face was durable. */
export function spoolClosed(cause?: unknown): UserError {
  return new UserError("STOPPED", "the spool was closed before the face was written", "", cause);
}
