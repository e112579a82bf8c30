import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

/** Why a test cannot mount file systems, for `skip`; undefined when it can. */
export function mountsMissing(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), "facepipe-mount-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], { stdio: "ignore" });
    execFileSync("umount", [folder]);
    return undefined;
  } catch {
    return "mounting a small file system needs Linux and root";
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A file system of `size` bytes in memory, unmounted after the test. */
export function mountSmall(t: TestContext, size: number): string {
  const folder = mkdtempSync(join(tmpdir(), "facepipe-mount-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", folder]);
  t.after(() => {
    execFileSync("umount", [folder]);
    rmSync(folder, { recursive: true });
  });
  return folder;
}

export function remountReadOnly(folder: string): void {
  execFileSync("mount", ["-o", "remount,ro", folder]);
}
