import { randomBytes } from "node:crypto";
import { open, rm } from "node:fs/promises";
import { join } from "node:path";

/**
 * A file of no value, which is deleted when the disk is full: then what frees space on it, the start of another segment
 * or a copy of the few faces that a segment still has, fits. Random bytes, because no file system makes them smaller.
 */
export class Reserve {
  readonly #path: string;
  readonly #size: number;
  #isThere = false;

  constructor(directory: string, size: number) {
    this.#path = join(directory, "reserve");
    this.#size = size;
  }

  /** What is reserved now, bytes. */
  get bytes(): number {
    return this.#isThere ? this.#size : 0;
  }

  /** Makes the file if it is missing. @throws system errors: ENOSPC. */
  async fill(): Promise<void> {
    if (this.#isThere) return;
    try {
      const file = await open(this.#path, "w", 0o600);
      try {
        await file.writeFile(randomBytes(this.#size));
        await file.datasync();
      } finally {
        await file.close();
      }
      this.#isThere = true;
    } catch (error) {
      await this.release();
      throw error;
    }
  }

  async release(): Promise<void> {
    await rm(this.#path, { force: true }).catch(() => undefined);
    this.#isThere = false;
  }
}
