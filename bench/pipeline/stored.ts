import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/** A key that says when its face was captured, for store's `--object-key`. */
export const keyTemplate = "{camera}/{yyyy}-{mm}-{dd}T{HH}:{MM}:{SS}.{ms}Z/{id}.{ext}";

/** Reads from store's log, JSON at debug level, how old each face was when its object was written. */
export class Stored {
  /** From capture to the object, milliseconds, in order. */
  readonly ages: number[] = [];
  #heard: () => void = () => undefined;

  constructor(log: Readable) {
    createInterface({ input: log }).on("line", (line) => {
      // Node.js and libraries write warnings of their own beside the log.
      if (!line.startsWith("{")) return;
      const { time, msg, result } = JSON.parse(line);
      if (result !== "stored") return;
      this.ages.push(Date.parse(time) - Date.parse(msg.split("/")[1]));
      this.#heard();
    });
  }

  /** Resolves when `count` objects are written. */
  async until(count: number): Promise<void> {
    while (this.ages.length < count) await new Promise<void>((resolve) => (this.#heard = resolve));
  }
}
