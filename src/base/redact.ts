/** Takes what must not be shown out of text that is about to be written. */
export interface Redactor {
  /** Any text: a message, an error, a stack. */
  text(text: string): string;
  /** A line of output. Of a JSON object each text is redacted by itself, so that it remains JSON. */
  line(line: string): string;
}

/** Fields of a log record whose values are our own words; programs depend on them. */
const ownFields: ReadonlySet<string> = new Set(["level", "time", "event", "code"]);

/** Values of a URL's query that are credentials by their name; the lengths are bounded to keep long texts fast. */
const secretParameter =
  /([?&][\w.-]{0,40}(?:pass|pwd|secret|token|signature|credential)[\w.-]{0,40}=)[^&\s"'#]+/gi;

/** A URL's scheme; the bound keeps long texts fast. */
const scheme = /\b[a-z][a-z0-9+.-]{0,20}:\/\//gi;

/** Of a file and of a bucket's object: an @ in it belongs to a name. */
const withoutLogin = /^(?:file:\/\/\/|s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/)/;

/** Replaces each of `secrets`, in the spellings that output has, and the login of each URL by `***`. */
export function createRedactor(secrets: readonly string[]): Redactor {
  const spellings = [...new Set(secrets.filter((secret) => secret !== "").flatMap(spellingsOf))];
  // The longest first: one may be part of another.
  spellings.sort((a, b) => b.length - a.length);
  const pattern = spellings.length === 0 ? undefined : new RegExp(spellings.map(escaped).join("|"), "g");
  const text = (given: string) => {
    const shown = withoutLogins(given);
    return pattern ? shown.replace(pattern, "***") : shown;
  };
  const mayShow = (line: string) =>
    line.includes("://") || (pattern !== undefined && line.search(pattern) >= 0);
  const line = (given: string) => {
    if (!mayShow(given)) return given;
    const record = parseRecord(given);
    if (record === undefined) return text(given);
    const shown = Object.entries(record).map(([name, value]) => [
      name,
      ownFields.has(name) ? value : eachText(value, text),
    ]);
    return JSON.stringify(Object.fromEntries(shown)) + (given.endsWith("\n") ? "\n" : "");
  };
  return { text, line };
}

/**
 * For text of our own, in which a password such as `wrong` is a word like any other: without the secrets that are words.
 * Text of others is redacted where it becomes a part of ours.
 */
export function createSentenceRedactor(secrets: readonly string[]): Redactor {
  return createRedactor(secrets.filter((secret) => !/^[a-z]*$/i.test(secret)));
}

/** Redacts one text, see Redactor. */
export function redact(text: string, secrets: readonly string[] = []): string {
  return createRedactor(secrets).text(text);
}

/** As it is, quoted, and percent-encoded by the rules of the programs that may print it. */
function spellingsOf(secret: string): string[] {
  const strict = percentEncoded(secret);
  const encoded = [strict, encodedComponent(secret), strict.replaceAll("%20", "+")];
  const lowerCase = encoded.map((each) => each.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()));
  const quoted = JSON.stringify(secret).slice(1, -1);
  return [secret, quoted, quoted.replaceAll("'", "\\'"), ...encoded, ...lowerCase];
}

/** encodeURIComponent, also for text that is no valid Unicode. */
function encodedComponent(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, "\ufffd"));
}

/** All but the unreserved characters encoded (RFC 3986, 2.3). */
function percentEncoded(text: string): string {
  return encodedComponent(text).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}

/** Up to the last @ of a URL's text: where a password that is not percent-encoded ends is unknown. */
function withoutLogins(text: string): string {
  if (!text.includes("://")) return text;
  return text
    .replace(/\S+/g, (word) => {
      const at = word.lastIndexOf("@");
      if (at < 0) return word;
      for (const { 0: found, index } of word.matchAll(scheme)) {
        const start = index + found.length;
        if (start > at) break;
        if (!withoutLogin.test(word.slice(index, index + 100)))
          return `${word.slice(0, start)}***${word.slice(at)}`;
      }
      return word;
    })
    .replace(secretParameter, "$1***");
}

function parseRecord(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** The same value with each text in it replaced. */
function eachText(value: unknown, replace: (text: string) => string): unknown {
  if (typeof value === "string") return replace(value);
  if (Array.isArray(value)) return value.map((each) => eachText(each, replace));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, eachText(each, replace)]));
}
