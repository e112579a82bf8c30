import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/** A key with the time of capture, for store's `--object-key`. */
export const keyTemplate = "{camera}/{yyyy}-{mm}-{dd}T{HH}:{MM}:{SS}.{ms}Z/{id}.{ext}";

/** Reads the age of each face when its object was written from store's log (JSON at debug level). */
export class StoredFaces {
  /** From capture to the object, milliseconds, in order. */
  readonly ages: number[] = [];
  #onStored: () => void = () => undefined;

  constructor(log: Readable) {
    createInterface({ input: log }).on("line", (line) => {
      // Node.js and libraries print warnings between the log lines.
      if (!line.startsWith("{")) return;
      const { time, msg, result } = JSON.parse(line);
      if (result !== "stored") return;
      this.ages.push(Date.parse(time) - Date.parse(msg.split("/")[1]));
      this.#onStored();
    });
  }

  /** Resolves when `count` objects are written. */
  async until(count: number): Promise<void> {
    while (this.ages.length < count) await new Promise<void>((resolve) => (this.#onStored = resolve));
  }
}
