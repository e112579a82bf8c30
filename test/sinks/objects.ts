import { randomBytes } from "node:crypto";
import { setMaxListeners } from "node:events";
import type { StoredObject } from "../../src/face/stored-objects.ts";

/** A signal that never aborts. */
export const never = new AbortController().signal;
// Each put in flight listens to it.
setMaxListeners(0, never);

export function object(key: string, body: Buffer | string = randomBytes(100)): StoredObject {
  return { key, body: Buffer.from(body), contentType: "image/png", metadata: {} };
}
