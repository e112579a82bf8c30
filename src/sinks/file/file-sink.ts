import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { systemCode } from "../../base/system-errors.ts";
import type { StoredObject } from "../../face/stored-objects.ts";
import { keyParts } from "../key-parts.ts";
import { type PutResult, type Sink, SinkError, stoppedError } from "../sink.ts";
import { DirectorySync } from "./directory-sync.ts";
import { filePutError } from "./errors.ts";
import { openDirectory, temporaryFolder, writeTestFile } from "./open.ts";
import { renameIfAbsent } from "./rename-if-absent.ts";

/**
 * Stores objects as files below a directory. A file appears under its name complete and durable, or not at all.
 * Metadata is not stored: the facts are inside the picture, and the file's time is the time of arrival.
 */
export class FileSink implements Sink {
  readonly target: string;
  readonly #root: string;
  readonly #directories = new DirectorySync();

  /** `root` is an absolute path. */
  constructor(root: string) {
    this.#root = root;
    this.target = pathToFileURL(root).href;
  }

  async open(): Promise<void> {
    await openDirectory(this.#root);
  }

  async put(object: StoredObject, signal: AbortSignal): Promise<PutResult> {
    if (signal.aborted) throw stoppedError(signal);
    const path = this.#path(object.key);
    try {
      return await this.#write(object.body, path);
    } catch (error) {
      throw filePutError(error, path);
    }
  }

  async probe(bytes: number): Promise<void> {
    await writeTestFile(join(this.#root, temporaryFolder, randomUUID()), bytes);
  }

  locate(key: string): string {
    return this.#path(key);
  }

  async close(): Promise<void> {}

  #path(key: string): string {
    const parts = keyParts(key);
    if (parts[0] === temporaryFolder)
      throw new SinkError("OBJECT_REFUSED", `the key ${key} is in the folder for temporary files`);
    return join(this.#root, ...parts);
  }

  async #write(body: Buffer, path: string): Promise<PutResult> {
    const temporary = join(this.#root, temporaryFolder, randomUUID());
    try {
      await writeDurably(temporary, body);
      const isNew = await this.#renameIfAbsent(temporary, path);
      const result = isNew ? "stored" : await compare(path, body);
      // Also for "exists": the process that wrote it may have died before this step.
      await this.#directories.sync(dirname(path));
      return result;
    } finally {
      await rm(temporary, { force: true });
    }
  }

  /** Creates the folder only when it is missing, which is rare. */
  async #renameIfAbsent(temporary: string, path: string): Promise<boolean> {
    try {
      return await renameIfAbsent(temporary, path);
    } catch (error) {
      if (systemCode(error) !== "ENOENT") throw error;
      await this.#createDirectory(dirname(path));
      return renameIfAbsent(temporary, path);
    }
  }

  /** A new directory is durable once its parent is synced. */
  async #createDirectory(directory: string): Promise<void> {
    const first = await mkdir(directory, { recursive: true });
    if (first === undefined) return;
    for (let each = directory; each.length >= first.length; each = dirname(each)) {
      await this.#directories.sync(dirname(each));
    }
  }
}

async function writeDurably(path: string, body: Buffer): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(body);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function compare(path: string, body: Buffer): Promise<PutResult> {
  try {
    return body.equals(await readFile(path)) ? "exists" : "conflict";
  } catch (error) {
    if (systemCode(error) === "EISDIR") return "conflict";
    throw error;
  }
}
