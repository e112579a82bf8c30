/**
 * Metadata for S3, which allows only ASCII in header values. Anything else, and `%` itself, is percent-encoded, so that
 * decodeURIComponent() restores every value; plain values stay unchanged. Names become lower case.
 */
export function asciiMetadata(metadata: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(metadata).map(([name, value]) => [name.toLowerCase(), asciiValue(value)]);
  return Object.fromEntries(entries);
}

function asciiValue(value: string): string {
  // HTTP strips spaces at the ends, and may collapse several in a row into one (RFC 9110, 5.5).
  return value.replace(/[^\x20-\x7e]|%|^ | $| (?= )/gu, (character) => `%${utf8Hex(character)}`);
}

function utf8Hex(character: string): string {
  return Buffer.from(character, "utf8")
    .toString("hex")
    .toUpperCase()
    .replace(/..(?=.)/g, "$&%");
}
