import type { FileHandle } from "node:fs/promises";
import { systemCode } from "../base/system-errors.ts";
import { sleep } from "../base/time.ts";

/** How much is read at once, bytes. */
const chunkBytes = 1024 * 1024;
/** After a read error the bytes around it are read in pieces of this size: a block of a disk. */
const blockBytes = 4096;

/** A disk's errors: after a bus reset they are over soon, so these are waited for, milliseconds. */
const diskErrors = new Set(["EIO", "ENODEV", "ENXIO", "ESTALE", "EREMOTEIO"]);
const waits = [1000, 1000, 1000];

/** Reads a file in chunks, so that a large one needs little memory. Bytes that cannot be read are zeros. */
export class FileWindow {
  readonly #file: FileHandle;
  #buffer = Buffer.allocUnsafe(chunkBytes);
  /** Offset in the file of the buffer's first byte. */
  #start = 0;
  /** Bytes of the buffer that are filled. */
  #filled = 0;
  #waits = waits;
  /** Bytes could not be read, and are zeros here. */
  hasErrors = false;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** The bytes from `offset`, fewer at the end of the file; valid until the next call. */
  async at(offset: number, length: number): Promise<Buffer> {
    if (offset < this.#start || offset + length > this.#start + this.#filled)
      await this.#fill(offset, length);
    const from = offset - this.#start;
    return this.#buffer.subarray(from, Math.min(from + length, this.#filled));
  }

  async #fill(offset: number, length: number): Promise<void> {
    if (length > this.#buffer.length) this.#buffer = Buffer.allocUnsafe(length);
    this.#start = offset;
    this.#filled = 0;
    this.#filled = await this.#read(this.#buffer, offset);
  }

  async #read(target: Buffer, offset: number): Promise<number> {
    try {
      return await readFully(this.#file, target, offset);
    } catch (error) {
      if (!diskErrors.has(systemCode(error))) throw error;
      const [wait, ...others] = this.#waits;
      if (wait !== undefined) {
        this.#waits = others;
        await sleep(wait);
        return this.#read(target, offset);
      }
      this.hasErrors = true;
      if (target.length > blockBytes) return this.#readBlocks(target, offset);
      target.fill(0);
      return target.length;
    }
  }

  async #readBlocks(target: Buffer, offset: number): Promise<number> {
    const { size } = await this.#file.stat();
    const length = Math.max(0, Math.min(target.length, size - offset));
    for (let at = 0; at < length; at += blockBytes)
      await this.#read(target.subarray(at, Math.min(at + blockBytes, length)), offset + at);
    return length;
  }
}

/** Fills `target` from `offset`; returns the number of bytes, fewer than its length at the end of the file. */
export async function readFully(file: FileHandle, target: Buffer, offset: number): Promise<number> {
  let done = 0;
  while (done < target.length) {
    const { bytesRead } = await file.read(target, done, target.length - done, offset + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done;
}
