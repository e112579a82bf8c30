/*
 * Secrets that are assigned to a name, as in a GStreamer pipeline: `user-pw=...`, `passphrase="..."`. What the name says
 * decides; the value may be quoted.
 */

/** The lengths are bounded to keep long texts fast. */
const secretAssignment =
  /([\w-]{0,40}(?:passw|passphrase|pwd|secret|token|credential|cookie|authorization|-pw\b|-pass\b|\bpass\b)[\w-]{0,40}\s*=\s*(?:\(\w+\)\s*)?)("(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|[^\s"']+)/gi;

/** The values, as they are written and without their quotes. */
export function assignedSecrets(text: string): string[] {
  return [...text.matchAll(secretAssignment)].flatMap(([, , value = ""]) => {
    const [, , inner = value] = /^(["'])(.*?)\1?$/s.exec(value) ?? [];
    return [value, inner, inner.replace(/\\(.)/g, "$1")];
  });
}

/** The text with `***` in place of each. */
export function withoutAssignedSecrets(text: string): string {
  return text.replace(secretAssignment, "$1***");
}
