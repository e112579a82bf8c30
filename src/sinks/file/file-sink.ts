import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { systemCode } from "../../base/system-errors.ts";
import { keyParts } from "../key.ts";
import { type PutResult, type Sink, SinkError, type SinkObject } from "../sink.ts";
import { DirectorySync } from "./directory-sync.ts";
import { fileError } from "./errors.ts";
import { openDirectory, temporaryFolder } from "./open.ts";
import { nameIfFree } from "./rename-if-absent.ts";

/**
 * Keeps objects as files below a directory. A file appears under its name complete and durable, or not at all.
 * Metadata is not kept: the facts travel inside the picture, and the file's time is the time of arrival.
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

  async put(object: SinkObject, signal: AbortSignal): Promise<PutResult> {
    if (signal.aborted) throw new SinkError("stopped", true, { cause: signal.reason });
    const path = this.#path(object.key);
    try {
      return await this.#write(object.body, path);
    } catch (error) {
      throw fileError(error, path);
    }
  }

  locate(key: string): string {
    return this.#path(key);
  }

  async close(): Promise<void> {}

  #path(key: string): string {
    const parts = keyParts(key);
    if (parts[0] === temporaryFolder)
      throw new SinkError(`the key ${key} is in the sink's own folder`, false);
    return join(this.#root, ...parts);
  }

  async #write(body: Buffer, path: string): Promise<PutResult> {
    const temporary = join(this.#root, temporaryFolder, randomUUID());
    try {
      await writeDurably(temporary, body);
      const isNew = await this.#giveName(temporary, path);
      const result = isNew ? "stored" : await compare(path, body);
      // Also for "exists": the run that wrote it may have died before this step.
      await this.#directories.sync(dirname(path));
      return result;
    } finally {
      await rm(temporary, { force: true });
    }
  }

  /** Gives the file at `temporary` its final name, in a folder made as needed; false when the name is taken. */
  async #giveName(temporary: string, path: string): Promise<boolean> {
    try {
      return await nameIfFree(temporary, path);
    } catch (error) {
      if (systemCode(error) !== "ENOENT") throw error;
      await this.#makeDirectory(dirname(path));
      return nameIfFree(temporary, path);
    }
  }

  /** A new directory is durable when the one above it is synced. */
  async #makeDirectory(directory: string): Promise<void> {
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
