import { open, opendir, readdir, rmdir, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { UserError } from "../../base/errors.ts";
import { errorReason, systemCode } from "../../base/system-errors.ts";
import { keyParts } from "../key-parts.ts";
import { LastNames } from "../last-names.ts";
import type { ListedObject, ObjectStore } from "../object-store.ts";
import { filesBelow, isSkipped } from "./files-below.ts";

/** Calls of the file system at once. */
const concurrency = 16;

/** Reads and removes files below a directory. */
export class FileStore implements ObjectStore {
  readonly target: string;
  readonly #root: string;

  /** `root` is an absolute path. */
  constructor(root: string) {
    this.#root = root;
    this.target = pathToFileURL(root).href;
  }

  async open(): Promise<void> {
    try {
      await (await opendir(this.#root)).close();
    } catch (error) {
      throw readError(error, this.#root);
    }
  }

  async *pages(details: boolean, signal: AbortSignal): AsyncGenerator<readonly ListedObject[]> {
    try {
      for await (const keys of filesBelow(this.#root)) {
        signal.throwIfAborted();
        if (!details) yield keys.map((key) => ({ key, size: 0, modifiedAt: 0 }));
        else yield (await inParallel(keys, (key) => this.#details(key))).filter((each) => each !== undefined);
      }
    } catch (error) {
      signal.throwIfAborted();
      throw readError(error, this.#root);
    }
  }

  async read(key: string, most: number): Promise<Buffer | undefined> {
    const path = this.#path(key);
    try {
      const file = await open(path, "r");
      try {
        const { size } = await file.stat();
        if (size > most) throw new UserError("OBJECT_UNREADABLE", `${path} has more than ${most} bytes`);
        return await file.readFile();
      } finally {
        await file.close();
      }
    } catch (error) {
      if (systemCode(error) === "ENOENT") return undefined;
      throw readError(error, path);
    }
  }

  async folders(prefix: string): Promise<readonly string[]> {
    const entries = await this.#entries(prefix);
    const names = entries.filter((each) => each.isDirectory()).map(({ name }) => name);
    return names.filter((name) => !isSkipped(prefix, name)).sort();
  }

  async lastKeys(prefix: string, before: string, most: number): Promise<readonly string[]> {
    const last = new LastNames(most);
    for (const entry of await this.#entries(prefix)) {
      const key = prefix + entry.name;
      if (key < before && entry.isFile() && !isSkipped(prefix, entry.name)) last.add(key);
    }
    return last.descending();
  }

  async link(): Promise<undefined> {}

  async remove(keys: readonly string[]): Promise<void> {
    await inParallel(keys, async (key) => {
      const path = this.#path(key);
      await unlink(path).catch((error) => unlessAbsent(error, path));
    });
    const folders = new Set(keys.map((key) => dirname(this.#path(key))));
    for (const folder of folders) await this.#removeEmpty(folder);
  }

  close(): void {}

  async #details(key: string): Promise<ListedObject | undefined> {
    const { size, mtimeMs } = await stat(this.#path(key)).catch((error) => {
      if (systemCode(error) === "ENOENT") return { size: -1, mtimeMs: 0 };
      throw error;
    });
    // Removed since it was listed.
    return size < 0 ? undefined : { key, size, modifiedAt: mtimeMs };
  }

  /** What is in a folder; nothing when there is no such folder (any more). */
  async #entries(prefix: string) {
    const path = prefix === "" ? this.#root : this.#path(prefix.slice(0, -1));
    try {
      return await readdir(path, { withFileTypes: true });
    } catch (error) {
      if (systemCode(error) === "ENOENT" && prefix !== "") return [];
      throw readError(error, path);
    }
  }

  /** Removes the folder and those above it, up to the root, as long as they are empty. */
  async #removeEmpty(folder: string): Promise<void> {
    for (let each = folder; each.length > this.#root.length; each = dirname(each)) {
      try {
        await rmdir(each);
      } catch {
        // Not empty, or not ours to remove: an empty folder is no object.
        return;
      }
    }
  }

  #path(key: string): string {
    return join(this.#root, ...keyParts(key));
  }
}

async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = new Array(items.length);
  const entries = items.entries();
  const worker = async () => {
    for (const [index, item] of entries) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return results;
}

function unlessAbsent(error: unknown, path: string): void {
  if (systemCode(error) === "ENOENT") return;
  const message = `cannot remove ${path}: ${errorReason(error)}`;
  throw new UserError("DIRECTORY_NOT_WRITABLE", message, "Run it as the user that may write there", error);
}

function readError(error: unknown, path: string): UserError {
  if (error instanceof UserError) return error;
  const code = systemCode(error);
  if (code === "ENOENT")
    return new UserError(
      "DIRECTORY_NOT_FOUND",
      `${path} does not exist`,
      "Check --from, and whether it is mounted",
      error,
    );
  if (code === "ENOTDIR")
    return new UserError("DIRECTORY_NOT_FOUND", `${path} is not a directory`, "Check --from", error);
  const where = (error as { path?: unknown } | null)?.path ?? path;
  const message = `cannot read ${where}: ${errorReason(error)}`;
  return new UserError("DIRECTORY_NOT_READABLE", message, "Run it as a user that may read there", error);
}
