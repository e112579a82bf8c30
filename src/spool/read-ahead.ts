import type { FileHandle } from "node:fs/promises";
import { readFully } from "./file-window.ts";

/** How much is read at once, bytes. */
const chunkBytes = 256 * 1024;

/**
 * Reads records, and with each the bytes behind it: faces are read in the order in which they were written, and one
 * call of the system for some eighty of them costs a tenth of the CPU of eighty.
 */
export class ReadAhead {
  #chunk: { readonly file: FileHandle; readonly start: number; readonly bytes: Buffer } | undefined;

  /**
   * The bytes from `offset`, fewer at the end of the file. `end`: the bytes before it do not change; those behind it may
   * be written again after a failed write. A file that is replaced has a new handle.
   */
  async read(file: FileHandle, offset: number, length: number, end: number): Promise<Buffer> {
    const chunk = this.#chunk;
    const isInside =
      chunk?.file === file && offset >= chunk.start && offset + length <= chunk.start + chunk.bytes.length;
    // A copy: the chunk must not stay in memory as long as one of its faces.
    if (isInside)
      return Buffer.from(chunk.bytes.subarray(offset - chunk.start, offset - chunk.start + length));
    const wanted = Math.max(length, Math.min(chunkBytes, end - offset));
    // A block behind the record that the disk cannot read must not cost the record.
    const filled = await readChunk(file, offset, wanted).catch(() => readChunk(file, offset, length));
    this.#chunk = { file, start: offset, bytes: filled };
    return Buffer.from(filled.subarray(0, length));
  }

  /** Frees the memory. */
  clear(): void {
    this.#chunk = undefined;
  }
}

async function readChunk(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(length);
  return bytes.subarray(0, await readFully(file, bytes, offset));
}
