import { type FileHandle, open } from "node:fs/promises";
import type { Segment } from "./segment.ts";

/** Most files that stay open for reading. */
const mostOpen = 8;

/** Open files of segments, for reading: faces are read nearly in order, so a few are enough. */
export class SegmentFiles {
  readonly #open = new Map<Segment, Promise<FileHandle>>();

  /** The segment's file; it may be closed at any time after, see `forget`. */
  get(segment: Segment): Promise<FileHandle> {
    const known = this.#open.get(segment);
    if (known) return known;
    const [oldest] = this.#open.keys();
    if (oldest && this.#open.size >= mostOpen) this.forget(oldest);
    const opening = open(segment.path, "r");
    this.#open.set(segment, opening);
    opening.catch(() => this.#open.delete(segment));
    return opening;
  }

  /** Its file was removed or replaced. */
  forget(segment: Segment): void {
    const opening = this.#open.get(segment);
    this.#open.delete(segment);
    opening?.then((file) => file.close()).catch(() => undefined);
  }

  async close(): Promise<void> {
    const all = [...this.#open.values()];
    this.#open.clear();
    await Promise.allSettled(all.map(async (opening) => (await opening).close()));
  }
}
