/**
 * `text` as one level of an MQTT topic and one part of an object key: letters, digits, `.`, `_` and `-`, at most 100;
 * everything else becomes `_`, and it never starts with a dot (no `..`, no hidden file).
 */
export function safeName(text: string): string {
  const safe = text
    .replace(/[^\p{L}\p{N}._-]+/gu, "_")
    .replace(/^\.+/, "_")
    .slice(0, 100);
  return safe === "" ? "_" : safe;
}
