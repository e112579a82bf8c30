import { UserError } from "../../base/errors.ts";
import { errorReason, systemCode } from "../../base/system-errors.ts";

/** What to do about an export that ended early. */
export const runAgain = "Run the same command again: it continues";

/** The failure to write below the directory of the export. A UserError stays as it is. */
export function exportError(error: unknown, directory: string): unknown {
  if (error instanceof UserError) return error;
  const code = systemCode(error);
  const isFull = ["ENOSPC", "EDQUOT"].includes(code);
  // Another kind of error is a bug.
  if (!isFull && !/^E[A-Z0-9]+$/.test(code)) return error;
  const path = (error as { path?: string }).path ?? directory;
  const message = `cannot write ${path}: ${errorReason(error)}`;
  const remedy = isFull
    ? `Free some space. ${runAgain}`
    : "Allow this user to write there, or choose another --to";
  return new UserError(isFull ? "DISK_FULL" : "DIRECTORY_NOT_WRITABLE", message, remedy, error);
}
