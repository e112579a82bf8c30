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

/**
 * The header `Authorization` that answers these values of `WWW-Authenticate`: Digest (RFC 7616, and RFC 2069 without qop)
 * if one can be answered, since Basic (RFC 7617) sends the password itself; undefined when there is no scheme that we know.
 */
export function authorization(
  challenges: readonly string[],
  login: Login,
  request: Request,
): string | undefined {
  for (const challenge of challenges) {
    const answer = /^digest\s/i.test(challenge) && digest(parametersOf(challenge), login, request);
    if (answer) return answer;
  }
  if (!challenges.some((challenge) => /^basic\b/i.test(challenge))) return undefined;
  return `Basic ${Buffer.from(`${login.user}:${login.password}`).toString("base64")}`;
}

/** RFC 7616, section 3.4. */
function digest(
  given: ReadonlyMap<string, string>,
  login: Login,
  { method, uri }: Request,
): string | undefined {
  const {
    realm = "",
    nonce,
    algorithm,
    opaque,
    qop,
  } = Object.fromEntries(given) as Record<string, string | undefined>;
  const [, name = "", session] = /^(.*?)(-sess)?$/i.exec(algorithm ?? "MD5") ?? [];
  const hashName = hashNames[name.toUpperCase()];
  // Without auth only auth-int is left, which is for requests with a body.
  const isOffered = qop === undefined || qop.split(",").some((each) => each.trim().toLowerCase() === "auth");
  if (nonce === undefined || hashName === undefined || !isOffered) return undefined;
  const hash = (text: string) => createHash(hashName).update(text).digest("hex");
  const [client, count] = [randomBytes(8).toString("hex"), "00000001"];
  const key = hash(`${login.user}:${realm}:${login.password}`);
  const secret = session === undefined ? key : hash(`${key}:${nonce}:${client}`);
  const subject = hash(`${method}:${uri}`);
  const middle = qop === undefined ? nonce : `${nonce}:${count}:${client}:auth`;
  const fields = [
    `username="${quoted(login.user)}"`,
    `realm="${quoted(realm)}"`,
    `nonce="${quoted(nonce)}"`,
    `uri="${quoted(uri)}"`,
    `response="${hash(`${secret}:${middle}:${subject}`)}"`,
    ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
    ...(opaque === undefined ? [] : [`opaque="${quoted(opaque)}"`]),
    ...(qop === undefined ? [] : ["qop=auth", `nc=${count}`]),
    ...(qop === undefined && session === undefined ? [] : [`cnonce="${client}"`]),
  ];
  return `Digest ${fields.join(", ")}`;
}

const hashNames: Readonly<Record<string, string | undefined>> = {
  MD5: "md5",
  "SHA-256": "sha256",
};

/** `name="value"` and `name=value`, separated by commas; names in lower case. */
function parametersOf(challenge: string): ReadonlyMap<string, string> {
  const pairs = challenge.matchAll(/([a-z]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))/gi);
  return new Map(
    Array.from(pairs, ([, name = "", inQuotes, plain = ""]) => [
      name.toLowerCase(),
      inQuotes?.replace(/\\(.)/g, "$1") ?? plain,
    ]),
  );
}

/** In a quoted string; a line break would begin another header. */
const quoted = (text: string) => text.replace(/[\r\n]/g, " ").replace(/["\\]/g, "\\$&");
