import { UserError } from "../../base/errors.ts";
import { errorReason, systemCode } from "../../base/system-errors.ts";
import { SinkError } from "../sink.ts";

const reasons: Readonly<Record<string, string>> = {
  EXDEV: "the folder is on another file system than the directory of --to",
  EINVAL: "the file system does not allow this name",
};

/** The failure to open the directory `root`. */
export function fileOpenError(error: unknown, root: string): UserError {
  if (["EEXIST", "ENOTDIR"].includes(systemCode(error))) {
    const remedy = "Choose another directory with --to, or move the file away";
    return new UserError("DIRECTORY_NOT_WRITABLE", `${root} is not a directory`, remedy, error);
  }
  const code = isFull(error) ? "DISK_FULL" : "DIRECTORY_NOT_WRITABLE";
  const fix = isFull(error) ? "Free some space" : "Allow this user to write there";
  const remedy = `${fix}, or choose another directory with --to`;
  return new UserError(code, `cannot write in ${root}: ${errorReason(error, reasons)}`, remedy, error);
}

/** The failure to write the file `path`. People can fix space, permissions or a disk; a name stays too long. */
export function filePutError(error: unknown, path: string): SinkError {
  const isRefused = systemCode(error) === "ENAMETOOLONG";
  const code = isRefused ? "OBJECT_REFUSED" : isFull(error) ? "DISK_FULL" : "DIRECTORY_NOT_WRITABLE";
  const blame = isFull(error) ? "none" : aboutName.has(systemCode(error)) ? "answer" : "unknown";
  return new SinkError(code, `cannot write ${path}: ${errorReason(error, reasons)}`, error, blame);
}

/** Failures of one name or path, on a file system that works. */
const aboutName: ReadonlySet<string> = new Set(["EISDIR", "ENOTDIR", "EINVAL", "EILSEQ", "ELOOP"]);

function isFull(error: unknown): boolean {
  return ["ENOSPC", "EDQUOT"].includes(systemCode(error));
}
