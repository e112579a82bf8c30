import type { FileHandle } from "node:fs/promises";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readFully } from "./file-window.ts";
import type { Segment } from "./segment.ts";

const mostCopies = 100;
/** Of one copy. */
const mostBytes = 1024 * 1024;

/** Damaged bytes are copied to a folder, for people who search for the cause. Best effort: the disk may be the cause. */
export class CorruptCopies {
  readonly #folder: string;

  constructor(directory: string) {
    this.#folder = join(directory, "corrupt");
  }

  async add(file: FileHandle, segment: Segment, offset: number, length: number): Promise<void> {
    try {
      await mkdir(this.#folder, { recursive: true });
      if ((await readdir(this.#folder)).length >= mostCopies) return;
      const bytes = Buffer.alloc(Math.min(length, mostBytes));
      const read = await readFully(file, bytes, offset);
      const name = `${String(segment.number).padStart(8, "0")}-${offset}.bin`;
      await writeFile(join(this.#folder, name), bytes.subarray(0, read));
    } catch {
      // The loss itself is recorded and reported elsewhere.
    }
  }
}
