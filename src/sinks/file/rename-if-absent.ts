import { link, lstat, rename } from "node:fs/promises";
import { systemCode } from "../../base/system-errors.ts";

/** What link() fails with on file systems without hard links (FAT, some network and FUSE mounts). */
const noHardLinks = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);

/** Names the file `from` also `to`, in one atomic step; false when `to` exists. The caller removes `from`. */
export async function renameIfAbsent(from: string, to: string): Promise<boolean> {
  try {
    // Unlike rename(), link() never replaces: of two writers one wins, and the other gets EEXIST.
    await link(from, to);
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    if (!noHardLinks.has(systemCode(error))) throw error;
    return checkThenRename(from, to);
  }
}

/** Not atomic: of two simultaneous writers of one key, the later may replace the earlier. */
async function checkThenRename(from: string, to: string): Promise<boolean> {
  try {
    await lstat(to);
    return false;
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
    await rename(from, to);
    return true;
  }
}
