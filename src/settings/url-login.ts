import { assignedSecrets, withoutAssignedSecrets } from "../base/assigned-credentials.ts";

/*
 * The user name and password in a URL, as people write them. A password with an unescaped #, / or ? ends a URL's
 * authority early (RFC 3986, 3.2): what is parsed then is another host, and the password is part of a name or a path,
 * which is shown. So a URL whose login is not certain is refused, without showing it.
 */

const scheme = /^[a-z][a-z0-9+.-]*:\/\//i;

/** RFC 3986, 3.2.1; the first colon ends the name. */
const encodedLogin = /^(?:[A-Za-z0-9._~!$&'()*+,;=:-]|%[0-9A-Fa-f]{2})*$/;

const howToWrite =
  "in a user name or password write % as %25, # as %23, / as %2F, ? as %3F, @ as %40, a space as %20, " +
  "others likewise (percent-encoding); elsewhere write @ as %40";

interface UrlLogin {
  /** User name and password as written; undefined when there is no login. */
  readonly login: string | undefined;
  /** Host and port. */
  readonly host: string;
  /** There is an @ behind the authority: the login may be longer than it looks. */
  readonly isAmbiguous: boolean;
}

/** True for text that begins like a URL: `scheme://`. */
export function isUrl(text: string): boolean {
  return scheme.test(text);
}

function readLogin(text: string): UrlLogin {
  const rest = text.replace(scheme, "");
  const end = rest.search(/[/?#\\]/);
  const authority = end < 0 ? rest : rest.slice(0, end);
  const at = authority.lastIndexOf("@");
  const host = authority.slice(at + 1);
  // What has the form of an IP address is no user name.
  const isAddress = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\]|localhost)(?::\d+)?$/i.test(authority);
  const isAmbiguous = rest.lastIndexOf("@") > authority.length && !isAddress;
  return { login: at < 0 ? undefined : authority.slice(0, at), host, isAmbiguous };
}

/**
 * Throws an Error that says how to write the URL when its user name or password is not percent-encoded; the error does
 * not contain them. `advice` is what else the reader can do, if there is anything.
 */
export function checkLogin(text: string, advice = ""): void {
  const { login = "", host, isAmbiguous } = readLogin(text);
  const remedy = advice === "" ? howToWrite : `${howToWrite}; ${advice}`;
  if (isAmbiguous) throw new Error(`has an @ behind a / ? or #, which may be part of a password: ${remedy}`);
  if (/%(?![0-9A-Fa-f]{2})/.test(login))
    throw new Error(`has a % in its credentials that encodes nothing: ${remedy}`);
  if (!encodedLogin.test(login))
    throw new Error(`has a character in its credentials that must be encoded: ${remedy}`);
  // A scope of an IPv6 address is written so (RFC 6874).
  if (/%(?!25[^\]]*\])/.test(host))
    throw new Error(`has a % in its host: the @ between password and host is not encoded; ${remedy}`);
}

/** Throws an Error when the URL has a login, or may have one. */
export function checkNoLogin(text: string): void {
  const { login, isAmbiguous } = readLogin(text);
  if (login !== undefined) throw new Error("must be without a user name and password");
  if (isAmbiguous) throw new Error("must be without a user name and password; in a path write @ as %40");
}

/** The text of an option's value in a fault: without what may be credentials, which end at the last @. */
export function shownValue(text: string): string {
  // Of a GStreamer pipeline any value may be one.
  if (/^\s*gst:/m.test(text)) return "gst:***";
  return shownLogin(withoutAssignedSecrets(text));
}

function shownLogin(text: string): string {
  const start = scheme.exec(text)?.[0] ?? "";
  const at = text.lastIndexOf("@");
  if (at < 0) return text.split("\n").map(shownWithoutAt).join("\n");
  const [rest = "", ...more] = text.slice(at).split("\n");
  return [`${start}***${rest}`, ...more.map(shownWithoutAt)].join("\n");
}

/** The host may be missing, or its @ be encoded: then what is there may be a password. */
function shownWithoutAt(text: string): string {
  const [start] = scheme.exec(text) ?? [];
  const isPlain = start === undefined || (URL.canParse(text) && !/%40/.test(text));
  return isPlain ? text : `${start}***`;
}

/** The passwords of a URL, or in a GStreamer pipeline, as they are written and as they are meant. */
export function passwordsIn(text: string): string[] {
  if (text.startsWith("gst:")) {
    const urls = text.match(/[a-z][a-z0-9+.-]{0,20}:\/\/[^\s"']+/gi) ?? [];
    return [...assignedSecrets(text), ...urls.flatMap(passwordsIn)];
  }
  const { login = "" } = isUrl(text) ? readLogin(text) : {};
  const at = login.indexOf(":");
  return at < 0 ? [] : [login.slice(at + 1), ...decodings(login.slice(at + 1))];
}

function decodings(text: string): string[] {
  try {
    return [decodeURIComponent(text)];
  } catch {
    // Not UTF-8: a camera of the time before it.
    return [text.replace(/%([0-9A-Fa-f]{2})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 16)))];
  }
}
