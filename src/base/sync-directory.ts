import { open } from "node:fs/promises";
import { systemCode } from "./system-errors.ts";

/** fsync() of a directory: makes the names in it durable. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync().catch(unlessUnsupported);
  } finally {
    await directory.close();
  }
}

/** Some network and FUSE file systems do not support fsync of a directory; they make names durable themselves. */
function unlessUnsupported(error: unknown): void {
  if (!["EINVAL", "ENOTSUP", "ENOSYS"].includes(systemCode(error))) throw error;
}
