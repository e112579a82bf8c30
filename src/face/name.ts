/** Bytes of the longest name that safeName gives: several fit into a file name, which has at most 255. */
export const longestName = 100;

/**
 * `text` as one level of an MQTT topic and one part of an object key: letters, digits, `.`, `_` and `-`, at most
 * 100 bytes; everything else becomes `_`, and it never starts with a dot (no `..`, no hidden file).
 */
export function safeName(text: string): string {
  const safe = text.replace(/[^\p{L}\p{N}._-]+/gu, "_").replace(/^\.+/, "_");
  return safe === "" ? "_" : firstBytes(safe, longestName);
}

/** As much of `text` as has at most `most` bytes in UTF-8, no character cut in two. */
export function firstBytes(text: string, most: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= most) return text;
  let end = most;
  // 10xxxxxx continues a character.
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString("utf8", 0, end);
}
