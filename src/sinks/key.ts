import { SinkError } from "./sink.ts";

/**
 * The parts of a key, proved harmless: no way out of the sink's root, whatever the key was made from.
 * Throws a SinkError, not transient.
 */
export function keyParts(key: string): readonly string[] {
  const parts = key.split("/");
  const bad = key.includes("\0") || parts.some((part) => part === "" || part === "." || part === "..");
  if (bad)
    throw new SinkError(`the key ${JSON.stringify(key)} has an empty part, . or .. or a zero byte`, false);
  return parts;
}
