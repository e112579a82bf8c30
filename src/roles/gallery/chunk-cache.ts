import type { ObjectStore } from "../../sinks/object-store.ts";

/** Keys that are read of a day at once. */
const chunk = 500;
/** Listings that are kept: 64 of 500 keys are some 4 MB. */
const mostEntries = 64;
/** How long a listing holds, milliseconds: new faces appear, and erased ones go. */
const lifetime = 1500;

interface Entry {
  readonly until: number;
  readonly value: Promise<readonly string[]>;
}

/** Remembers what was listed a moment ago: each page of the gallery begins where the one before has ended. */
export class ChunkCache {
  readonly #store: ObjectStore;
  readonly #entries = new Map<string, Entry>();

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  folders(prefix: string, signal: AbortSignal): Promise<readonly string[]> {
    return this.#remember(`folders ${prefix}`, () => this.#store.folders(prefix, signal));
  }

  /** The next keys of this day before `before`, newest first; none at its end. */
  async keysBefore(day: string, before: string, signal: AbortSignal): Promise<readonly string[]> {
    // A chunk that begins at or after `before` and goes on below it.
    for (const [name, { until, value }] of this.#entries) {
      if (!name.startsWith(`keys ${day}`) || until < Date.now() || name.slice(5) < before) continue;
      const keys = (await value.catch(() => [])).filter((key) => key < before);
      if (keys.length > 0) return keys;
    }
    return this.#remember(`keys ${before}`, () => this.#store.lastKeys(day, before, chunk, signal));
  }

  #remember(name: string, read: () => Promise<readonly string[]>): Promise<readonly string[]> {
    const known = this.#entries.get(name);
    if (known && known.until > Date.now()) return known.value;
    const value = read();
    // A failure is reported to who asked, and not remembered.
    value.catch(() => this.#entries.delete(name));
    this.#entries.delete(name);
    this.#entries.set(name, { until: Date.now() + lifetime, value });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > mostEntries && oldest !== undefined) this.#entries.delete(oldest);
    return value;
  }
}
