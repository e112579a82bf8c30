import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, truncate } from "node:fs/promises";
import { dirname, join } from "node:path";
import { hasCode, UserError } from "../../base/errors.ts";
import { syncDirectory } from "../../base/sync-directory.ts";
import { systemCode } from "../../base/system-errors.ts";
import { SpoolLock } from "../../spool/lock.ts";
import { readLines, TextFile } from "./lines.ts";

/** Why a face or an object was not exported. */
export const passedReasons = {
  foreign: "foreign",
  rejected: "rejected",
  erased: "recorded as erased",
  doubled: "a second object of a face",
  unselected: "of another camera or time",
  lowQuality: "below --min-quality",
  noLandmarks: "without landmarks, so that they cannot be aligned",
  unreadable: "unreadable",
  gone: "removed since they were listed",
} as const;
export type PassedReason = keyof typeof passedReasons;
export type Counts = { readonly [reason in PassedReason]?: number };

export interface Progress {
  /** Lines of the plan that are done. */
  readonly next: number;
  /** Lines of the plan. */
  readonly total: number;
  /** Bytes of the list of exported faces that are valid. */
  readonly listBytes: number;
  readonly exported: number;
  readonly passed: Counts;
  /** The tables are written. */
  readonly done: boolean;
}

/** What is not part of the data set; store and audit skip it because of the dot. */
const stateFolder = ".facepipe-export";

/**
 * The directory of an export: a file appears in it complete, or not at all. Its state is in a folder of its own, so that an
 * export that was interrupted continues: settings, the plan (what to export, in order), the list of exported faces and
 * how far both are done.
 */
export class ExportFolder {
  readonly directory: string;
  readonly #lock: SpoolLock;
  /** The folder that was created last: the next picture is mostly in the same. */
  #created = "";

  private constructor(directory: string, lock: SpoolLock) {
    this.directory = directory;
    this.#lock = lock;
  }

  /** Takes an empty or new directory, or an export with the same settings. */
  static async open(directory: string, settings: string): Promise<ExportFolder> {
    const names = await readdir(directory).catch((error: unknown) => {
      if (systemCode(error) === "ENOENT") return [] as string[];
      throw error;
    });
    if (names.length > 0 && !names.includes(stateFolder)) {
      const message = `${directory} is not empty, and no export of facepipe`;
      throw new UserError("EXPORT_NOT_EMPTY", message, "Choose another directory with --to");
    }
    await mkdir(join(directory, stateFolder, "tmp"), { recursive: true });
    const folder = new ExportFolder(directory, await lockOf(directory));
    try {
      await folder.#checkSettings(settings);
      return folder;
    } catch (error) {
      await folder.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#lock.release();
  }

  /** Undefined before the plan is complete. */
  async progress(): Promise<Progress | undefined> {
    const text = await readIfThere(this.#state("progress.json"));
    return text === undefined ? undefined : JSON.parse(text);
  }

  async setProgress(progress: Progress): Promise<void> {
    await this.write(statePath("progress.json"), Buffer.from(JSON.stringify(progress)));
  }

  /** Writes the plan; a folder for what does not fit into memory is there meanwhile. */
  async createPlan(lines: (folder: string) => AsyncIterable<string>): Promise<void> {
    const parts = this.#state("parts");
    await rm(parts, { recursive: true, force: true });
    await mkdir(parts);
    await this.writeText(statePath("plan"), lines(parts));
    await rm(parts, { recursive: true });
  }

  plan(): AsyncIterable<string> {
    return readLines(this.#state("plan"));
  }

  /** The list of exported faces, one JSON text in each line. */
  list(): AsyncIterable<string> {
    return readLines(this.#state("list"));
  }

  /** Adds lines behind the first `bytes` of the list, in place of what follows them. Returns how many bytes it has. */
  async appendToList(bytes: number, lines: readonly string[]): Promise<number> {
    const path = this.#state("list");
    const file = await open(path, "a");
    try {
      await truncate(path, bytes);
      await file.writeFile(lines.map((line) => `${line}\n`).join(""));
      await file.datasync();
      return (await file.stat()).size;
    } finally {
      await file.close();
    }
  }

  /** The state that a complete export does not need. */
  async removePlan(): Promise<void> {
    for (const name of ["plan", "list", "tmp"]) await rm(this.#state(name), { recursive: true, force: true });
  }

  /** Writes the file `path`, below the directory; its folders are created. */
  async write(path: string, body: Buffer): Promise<void> {
    await this.#replace(path, async (temporary) => {
      const file = await open(temporary, "w");
      try {
        await file.writeFile(body);
        await file.datasync();
      } finally {
        await file.close();
      }
    });
  }

  async writeText(path: string, parts: AsyncIterable<string>): Promise<void> {
    await this.#replace(path, async (temporary) => {
      const file = await TextFile.create(temporary);
      try {
        for await (const part of parts) await file.write(part);
      } finally {
        await file.close();
      }
    });
    await syncDirectory(dirname(join(this.directory, path)));
  }

  async #replace(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
    const temporary = this.#state(`tmp/${randomUUID()}`);
    const target = join(this.directory, path);
    try {
      await write(temporary);
      await this.#createFolder(dirname(target));
      await rename(temporary, target);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  async #createFolder(folder: string): Promise<void> {
    if (this.#created === folder) return;
    await mkdir(folder, { recursive: true });
    this.#created = folder;
  }

  /** Another command would mix two data sets. */
  async #checkSettings(settings: string): Promise<void> {
    const known = await readIfThere(this.#state("settings.json"));
    if (known === undefined) await this.write(statePath("settings.json"), Buffer.from(settings));
    else if (known !== settings) {
      const message = `${this.directory} has an export with other settings: ${known}`;
      const remedy = "Run it with the same options, or choose another directory with --to";
      throw new UserError("EXPORT_NOT_EMPTY", message, remedy);
    }
  }

  #state(name: string): string {
    return join(this.directory, statePath(name));
  }
}

function statePath(name: string): string {
  return `${stateFolder}/${name}`;
}

async function lockOf(directory: string): Promise<SpoolLock> {
  try {
    return await SpoolLock.acquire(join(directory, stateFolder));
  } catch (error) {
    if (!hasCode(error, "SPOOL_IN_USE")) throw error;
    const message = `another facepipe exports to ${directory}`;
    throw new UserError(
      "EXPORT_IN_USE",
      message,
      "Wait for it, or choose another directory with --to",
      error,
    );
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
