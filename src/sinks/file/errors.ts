import { describe } from "../../base/errors.ts";
import { systemCode } from "../../base/system-errors.ts";
import { SinkError } from "../sink.ts";

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EROFS: "the file system is read-only",
  EACCES: "no permission to write here",
  EPERM: "writing here is not allowed",
  EIO: "the disk reports an input/output error",
  EMFILE: "this process has too many files open",
  ENFILE: "this machine has too many files open",
  ENOENT: "the directory is gone",
  EXDEV: "the folder is on another file system than the directory given with --to",
  ENOTDIR: "a file stands where a folder should be",
  ENAMETOOLONG: "the name is too long for this file system",
  EINVAL: "the file system does not take this name",
};

/** What a person can mend (space, rights, a disk, a file in the way) may work later; a name too long never will. */
const permanent = new Set(["ENAMETOOLONG"]);

/** Why, in words: `the disk is full (ENOSPC)`. */
export function fileReason(error: unknown): string {
  const code = systemCode(error);
  const reason = reasons[code];
  return reason ? `${reason} (${code})` : describe(error);
}

export function fileError(error: unknown, path: string): SinkError {
  const transient = !permanent.has(systemCode(error));
  return new SinkError(`cannot write ${path}: ${fileReason(error)}`, transient, { cause: error });
}
