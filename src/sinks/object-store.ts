/** An object as a listing shows it. */
export interface ListedObject {
  /** Path below the store's root, with `/` between its parts. */
  readonly key: string;
  /** Bytes; 0 in a listing without details. */
  readonly size: number;
  /** When it was written, milliseconds since 1970; 0 in a listing without details. */
  readonly modifiedAt: number;
}

/** Reads what a `Sink` has stored, and removes it. Every failure is a UserError. */
export interface ObjectStore {
  /** As people write it: `s3://bucket/prefix`, `file:///dir`. */
  readonly target: string;
  /** Checks that the bucket or directory exists and can be listed; creates nothing. */
  open(signal: AbortSignal): Promise<void>;
  /**
   * All objects, in no particular order, at most 1000 in a page. Memory is bounded, and objects that are removed while the
   * listing goes on are no fault. Details cost a directory one more call for each file.
   */
  pages(details: boolean, signal: AbortSignal): AsyncIterable<readonly ListedObject[]>;
  /** The object's bytes, undefined when there is none (any more); rejects when it has more than `most`. */
  read(key: string, most: number, signal: AbortSignal): Promise<Buffer | undefined>;
  /** The names of the folders directly below a folder, sorted; `prefix` is "" or ends with `/`. At most some thousands. */
  folders(prefix: string, signal: AbortSignal): Promise<readonly string[]>;
  /**
   * The last `most` keys of a folder that sort before `before`, newest names first; `prefix` ends with `/`. The names of its
   * objects must begin with lower-case hexadecimal digits, as times and ids do. Reads a part of a large folder only.
   */
  lastKeys(prefix: string, before: string, most: number, signal: AbortSignal): Promise<readonly string[]>;
  /** An address at which anyone can read the object for so many seconds; undefined where there is none. */
  link(key: string, seconds: number): Promise<string | undefined>;
  /** Resolves when these objects, at most 1000, do not exist any more; absent ones are no fault. */
  remove(keys: readonly string[], signal: AbortSignal): Promise<void>;
  close(): void;
}
