import type { Dir } from "node:fs";
import { opendir } from "node:fs/promises";
import { join } from "node:path";
import { systemCode } from "../../base/system-errors.ts";

const pageSize = 1000;

/**
 * The paths of all files below `root`, relative to it, in pages. Skipped are names that begin with a dot, store's temporary
 * folder among them, and symbolic links: store creates none. One folder is open at each level, however many there are.
 */
export async function* filesBelow(root: string): AsyncGenerator<readonly string[]> {
  const open = [{ prefix: "", directory: await opendir(root, options) }];
  let page: string[] = [];
  try {
    for (let last = open.at(-1); last !== undefined; last = open.at(-1)) {
      const { prefix, directory } = last;
      const entry = await directory.read();
      if (entry === null) {
        open.pop();
        await directory.close();
      } else if (entry.isDirectory() && !isSkipped(prefix, entry.name)) {
        const inside = `${prefix}${entry.name}/`;
        const opened = await openUnlessRemoved(join(root, inside));
        if (opened) open.push({ prefix: inside, directory: opened });
      } else if (entry.isFile() && !isSkipped(prefix, entry.name)) {
        page.push(prefix + entry.name);
        if (page.length < pageSize) continue;
        yield page;
        page = [];
      }
    }
    if (page.length > 0) yield page;
  } finally {
    await Promise.all(open.map(({ directory }) => directory.close()));
  }
}

/** Entries that one call of the system reads. */
const options = { bufferSize: 256 };

/** `lost+found` belongs to the file system of a mount, and only root may read it. */
export function isSkipped(prefix: string, name: string): boolean {
  return name.startsWith(".") || (prefix === "" && name === "lost+found");
}

/** A folder may be removed after it was listed: by erase, or by whatever deletes old faces. */
async function openUnlessRemoved(path: string): Promise<Dir | undefined> {
  try {
    return await opendir(path, options);
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
    return undefined;
  }
}
