import { resolve } from "node:path";

/**
 * The path that a file: URL names (RFC 8089); undefined for other text. `file:x.mp4` is relative to the working directory.
 * Throws an Error, for the end of a sentence, when it names a file of another machine or none.
 */
export function pathOfFileUrl(text: string): string | undefined {
  const [, authority, path = ""] = /^file:(?:\/\/([^/]*))?(.*)$/is.exec(text) ?? [];
  if (authority === undefined && path === "") return undefined;
  if (!/^(|localhost|127\.0\.0\.1)$/i.test(authority ?? ""))
    throw new Error("names a file of another machine; a file of this one is file:///PATH");
  const decoded = decode(path);
  if (decoded === "" || decoded.includes("\0")) throw new Error("names no file; it is written file:///PATH");
  return resolve(decoded);
}

/** Only percent-encoding: what is ? or # in a URL is written as it is in most names that people type. */
function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new Error("has a % that encodes nothing: in a file: URL write % as %25");
  }
}
