import { syncDirectory } from "../../base/sync-directory.ts";

/**
 * fsync() of directories, which makes the names in them durable. Concurrent puts into one directory share a call:
 * 64 at once would otherwise queue up 64 times for the same disk flush.
 */
export class DirectorySync {
  readonly #running = new Map<string, Promise<void>>();
  readonly #next = new Map<string, Promise<void>>();

  /** Resolves when every name created in `directory` before this call is durable. */
  sync(directory: string): Promise<void> {
    const running = this.#running.get(directory);
    if (!running) return this.#start(directory);
    // The running call may have started before our name was created; the next one has not started yet.
    const next = this.#next.get(directory) ?? this.#after(running, directory);
    this.#next.set(directory, next);
    return next;
  }

  async #after(running: Promise<void>, directory: string): Promise<void> {
    // Its error is reported to the callers that wait for it.
    await running.catch(() => undefined);
    this.#next.delete(directory);
    return this.#start(directory);
  }

  #start(directory: string): Promise<void> {
    const run = syncDirectory(directory).finally(() => {
      if (this.#running.get(directory) === run) this.#running.delete(directory);
    });
    this.#running.set(directory, run);
    return run;
  }
}
