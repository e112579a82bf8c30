import { readFileSync } from "node:fs";

/** The content of a file that an option names; an error says why it cannot be read, as a user is told of an option. */
export function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new Error(`cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}
