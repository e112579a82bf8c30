import { describe, UserError } from "../../base/errors.ts";
import { systemCode, systemReason } from "../../base/system-errors.ts";
import { SinkError } from "../sink.ts";

const reasons: Readonly<Record<string, string>> = {
  EXDEV: "the folder is on another file system than the directory of --to",
  EINVAL: "the file system does not allow this name",
};

/** The failure to open the directory `root`. */
export function fileOpenError(error: unknown, root: string): UserError {
  const code = systemCode(error);
  if (code === "EEXIST" || code === "ENOTDIR") {
    const remedy = "Choose another directory with --to, or move the file away";
    return new UserError("DIRECTORY_NOT_WRITABLE", `${root} is not a directory`, remedy, error);
  }
  const message = `cannot write in ${root}: ${reasonOf(error)}`;
  return isFull(code)
    ? new UserError("DISK_FULL", message, "Free some space, or choose another directory with --to", error)
    : new UserError(
        "DIRECTORY_NOT_WRITABLE",
        message,
        "Allow this user to write there, or choose another directory with --to",
        error,
      );
}

/** The failure to write the file `path`. People can fix space, permissions or a disk; a name stays too long. */
export function filePutError(error: unknown, path: string): SinkError {
  const code = systemCode(error);
  const ours = isFull(code)
    ? "DISK_FULL"
    : code === "ENAMETOOLONG"
      ? "OBJECT_REFUSED"
      : "DIRECTORY_NOT_WRITABLE";
  return new SinkError(ours, `cannot write ${path}: ${reasonOf(error)}`, error);
}

function isFull(code: string): boolean {
  return code === "ENOSPC" || code === "EDQUOT";
}

/** In words: `the disk is full (ENOSPC)`. */
function reasonOf(error: unknown): string {
  const code = systemCode(error);
  const reason = reasons[code] ?? systemReason(code);
  return reason ? `${reason} (${code})` : describe(error);
}
