import { link, lstat, rename } from "node:fs/promises";
import { systemCode } from "../../base/system-errors.ts";

/** File systems without hard links (FAT, some network and FUSE mounts) answer link() with one of these. */
const noHardLinks = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);

/** Gives the file at `temporary` the name `path`, in one step; false when the name is taken. */
export async function nameIfFree(temporary: string, path: string): Promise<boolean> {
  try {
    // link(), unlike rename(), never replaces: of two writers one wins and the other is told.
    await link(temporary, path);
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    if (!noHardLinks.has(systemCode(error))) throw error;
    return renameIfFree(temporary, path);
  }
}

/** Second best: two writers of one key at the same instant could both find it free, and the later one stays. */
async function renameIfFree(temporary: string, path: string): Promise<boolean> {
  try {
    await lstat(path);
    return false;
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
    await rename(temporary, path);
    return true;
  }
}
