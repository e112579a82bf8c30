/** Maximum length of safeName's result, bytes: several fit into a file name, which has at most 255. */
export const longestName = 100;

/**
 * `text` as one level of an MQTT topic and one part of an object key: letters, digits, `.`, `_` and `-`, at most
 * 100 bytes; everything else becomes `_`, and it never starts with a dot (no `..`, no hidden file).
 */
export function safeName(text: string): string {
  const safe = text.replace(/[^\p{L}\p{N}._-]+/gu, "_").replace(/^\.+/, "_");
  return safe === "" ? "_" : firstBytes(safe, longestName);
}

/** `text` truncated to at most `limit` bytes of UTF-8, never within a character. */
export function firstBytes(text: string, limit: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= limit) return text;
  let end = limit;
  // 10xxxxxx is a continuation byte.
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString("utf8", 0, end);
}
