import { createReadStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

/** Bytes that are gathered for one write. */
const bufferSize = 256 * 1024;

/** The lines of a file, without their ends. Not readline's: it also ends a line at U+2028, which JSON may contain. */
export async function* readLines(path: string): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of createReadStream(path, { encoding: "utf8", highWaterMark: bufferSize })) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}

/** Writes text to a file in large pieces; the file is durable when it is closed. */
export class TextFile {
  readonly #file: FileHandle;
  #parts: string[] = [];
  #length = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async create(path: string): Promise<TextFile> {
    return new TextFile(await open(path, "w"));
  }

  async write(text: string): Promise<void> {
    this.#parts.push(text);
    this.#length += text.length;
    if (this.#length >= bufferSize) await this.#flush();
  }

  async close(): Promise<void> {
    try {
      await this.#flush();
      await this.#file.sync();
    } finally {
      await this.#file.close();
    }
  }

  async #flush(): Promise<void> {
    const text = this.#parts.join("");
    [this.#parts, this.#length] = [[], 0];
    await this.#file.writeFile(text);
  }
}
