/**
 * Metadata as S3 takes it: header values must be ASCII. Anything else, and `%` itself, is percent-encoded, so that
 * decodeURIComponent() gives every value back; plain values stay as they are. Names are lower case.
 */
export function asciiMetadata(metadata: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(metadata).map(([name, value]) => [name.toLowerCase(), asciiValue(value)]);
  return Object.fromEntries(entries);
}

function asciiValue(value: string): string {
  // Spaces at the ends would be taken off on the way, and several in a row may become one (RFC 9110, 5.5).
  return value.replace(/[^\x20-\x7e]|%|^ | $| (?= )/gu, (character) => `%${utf8Hex(character)}`);
}

function utf8Hex(character: string): string {
  return Buffer.from(character, "utf8")
    .toString("hex")
    .toUpperCase()
    .replace(/..(?=.)/g, "$&%");
}
