import { SinkError } from "./sink.ts";

/** The parts of a key. Throws a SinkError, not transient, for a key that could lead out of the sink's root. */
export function keyParts(key: string): readonly string[] {
  const parts = key.split("/");
  const bad = key.includes("\0") || parts.some((part) => part === "" || part === "." || part === "..");
  if (bad) {
    throw new SinkError(
      "OBJECT_REFUSED",
      `the key ${JSON.stringify(key)} has an empty part, . or .. or a zero byte`,
    );
  }
  return parts;
}
