import { execFileSync } from "node:child_process";
import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

/** Why there is none; for `skip`. */
export const noSmallDisk =
  process.getuid?.() === 0 && process.platform === "linux"
    ? false
    : "needs root, to mount a small file system";

/** A folder that is a file system of its own, of this size. */
export function smallDisk(t: TestContext, size = "1m"): string {
  const folder = mkdtempSync(join(tmpdir(), "facepipe-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", folder], { stdio: "pipe" });
    t.after(() => execFileSync("umount", ["-l", folder]));
    return folder;
  } catch {
    t.skip("mount is not allowed here");
    return "";
  } finally {
    t.after(() => rmdirSync(folder));
  }
}
