import { join } from "node:path";
import { readLines, TextFile } from "./lines.ts";

/** Lines that are sorted in memory; more are merged from files. */
const mostInMemory = 20_000;

/** Sorts any number of lines in limited memory, by UTF-16 code units: sorted parts in files, which are merged. */
export class LineSorter {
  readonly #folder: string;
  readonly #parts: string[] = [];
  #lines: string[] = [];

  /** `folder` exists, and has room for all lines twice. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  async add(line: string): Promise<void> {
    // As a string of its own: a part of a string keeps the whole in memory, here a page of a listing.
    this.#lines.push(Buffer.from(line).toString());
    if (this.#lines.length >= mostInMemory) await this.#spill();
  }

  /** Every line, in order. */
  async *sorted(): AsyncGenerator<string> {
    await this.#spill();
    const parts = this.#parts.map((path) => readLines(path));
    const heads: { line: string; part: AsyncGenerator<string> }[] = [];
    const advance = async (part: AsyncGenerator<string>) => {
      const { value, done } = await part.next();
      if (!done) insert(heads, { line: value, part });
    };
    for (const part of parts) await advance(part);
    for (let head = heads.pop(); head !== undefined; head = heads.pop()) {
      yield head.line;
      await advance(head.part);
    }
  }

  async #spill(): Promise<void> {
    const lines = this.#lines.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    this.#lines = [];
    const path = join(this.#folder, `part-${this.#parts.length}`);
    this.#parts.push(path);
    const file = await TextFile.create(path);
    try {
      for (const line of lines) await file.write(`${line}\n`);
    } finally {
      await file.close();
    }
  }
}

/** Keeps `heads` in descending order, so that the least is at the end. */
function insert<T extends { readonly line: string }>(heads: T[], head: T): void {
  let [low, high] = [0, heads.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((heads[middle]?.line ?? "") >= head.line) low = middle + 1;
    else high = middle;
  }
  heads.splice(low, 0, head);
}
