import { createHash, randomBytes } from "node:crypto";

export interface Login {
  readonly user: string;
  readonly password: string;
}

interface Request {
  readonly method: string;
  /** As in the request line. */
  readonly uri: string;
}

interface Challenge {
  /** In lower case. */
  readonly scheme: string;
  /** By name in lower case. */
  readonly parameters: Readonly<Record<string, string | undefined>>;
}

/**
 * The header `Authorization` that answers the values of `WWW-Authenticate`, in HTTP and in RTSP: Digest (RFC 7616, and RFC
 * 2069 without qop) if one can be answered, since Basic (RFC 7617) sends the password itself; undefined when there is no
 * scheme that we know.
 */
export function authorization(
  headers: readonly string[],
  login: Login,
  request: Request,
): string | undefined {
  const challenges = headers.flatMap(challengesOf);
  const digests = challenges.filter((each) => each.scheme === "digest" && isAnswerable(each));
  // The strongest algorithm that both know.
  const [digest] = digests.sort((a, b) => strength(b) - strength(a));
  if (digest) return digestAnswer(digest, login, request);
  if (!challenges.some(({ scheme }) => scheme === "basic")) return undefined;
  return `Basic ${Buffer.from(`${login.user}:${login.password}`).toString("base64")}`;
}

/** In the order of their strength. */
const algorithms = ["MD5", "SHA-256", "SHA-512-256"];
const hashNames = ["md5", "sha256", "sha512-256"];

/** -1 for an algorithm that we do not know. */
function strength({ parameters: { algorithm = "MD5" } }: Challenge): number {
  return algorithms.indexOf(algorithm.toUpperCase().replace(/-SESS$/, ""));
}

/** Without auth, only auth-int is left, which is for requests with a body. */
function isAnswerable(challenge: Challenge): boolean {
  const { nonce, qop } = challenge.parameters;
  return nonce !== undefined && strength(challenge) >= 0 && (qop === undefined || offersAuth(qop));
}

function offersAuth(qop: string): boolean {
  return qop
    .toLowerCase()
    .split(/[\s,]+/)
    .includes("auth");
}

/** RFC 7616, section 3.4. */
function digestAnswer(challenge: Challenge, login: Login, { method, uri }: Request): string {
  const { realm = "", nonce = "", algorithm, opaque, qop } = challenge.parameters;
  const hash = (...parts: readonly string[]) =>
    createHash(hashNames[strength(challenge)] ?? "md5")
      .update(parts.join(":"))
      .digest("hex");
  const client = randomBytes(8).toString("hex");
  // The server has just sent this nonce.
  const count = "00000001";
  const isSession = /-sess$/i.test(algorithm ?? "");
  const key = hash(login.user, realm, login.password);
  const secret = isSession ? hash(key, nonce, client) : key;
  const middle = qop === undefined ? [nonce] : [nonce, count, client, "auth"];
  const fields = [
    `username="${quoted(login.user)}"`,
    `realm="${quoted(realm)}"`,
    `nonce="${quoted(nonce)}"`,
    `uri="${quoted(uri)}"`,
    `response="${hash(secret, ...middle, hash(method, uri))}"`,
    ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
    ...(opaque === undefined ? [] : [`opaque="${quoted(opaque)}"`]),
    ...(qop === undefined ? [] : ["qop=auth", `nc=${count}`]),
    ...(qop === undefined && !isSession ? [] : [`cnonce="${client}"`]),
  ];
  return `Digest ${fields.join(", ")}`;
}

/** Several challenges may be in one header, separated by commas, like the parameters of one (RFC 9110, section 11.6.1). */
function challengesOf(header: string): Challenge[] {
  const challenges: { scheme: string; parameters: Record<string, string> }[] = [];
  const token = /\s*,?\s*(?:([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))|([\w-]+))/gy;
  for (const [, name, inQuotes, plain, scheme] of header.matchAll(token)) {
    if (scheme !== undefined) challenges.push({ scheme: scheme.toLowerCase(), parameters: {} });
    const last = challenges.at(-1);
    if (last && name !== undefined)
      last.parameters[name.toLowerCase()] = inQuotes?.replace(/\\(.)/g, "$1") ?? plain ?? "";
  }
  return challenges;
}

/** In a quoted string; a line break would begin another header. */
const quoted = (text: string) => text.replace(/[\r\n]/g, " ").replace(/["\\]/g, "\\$&");
