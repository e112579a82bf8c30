import { createHash, randomBytes } from "node:crypto";

export interface Login {
  readonly user: string;
  readonly password: string;
}

interface Challenge {
  readonly scheme: string;
  readonly parameters: Readonly<Record<string, string>>;
}

const hashes: Readonly<Record<string, string>> = {
  MD5: "md5",
  "SHA-256": "sha256",
  "SHA-512-256": "sha512-256",
};

/** Answers a server's request for a login (RFC 7617, 7616): Digest if it has that, since it does not send the password. */
export function answerChallenge(header: string, login: Login, path: string): string | undefined {
  const challenges = parseChallenges(header);
  const digests = challenges.filter(({ scheme, parameters }) => scheme === "digest" && hashOf(parameters));
  // The strongest algorithm that both know.
  const digest = digests.find(({ parameters }) => hashOf(parameters) !== "md5") ?? digests[0];
  if (digest) return digestOf(digest.parameters, login, path);
  if (!challenges.some(({ scheme }) => scheme === "basic")) return undefined;
  return `Basic ${Buffer.from(`${login.user}:${login.password}`).toString("base64")}`;
}

function hashOf({ algorithm = "MD5" }: Readonly<Record<string, string>>): string | undefined {
  return hashes[algorithm.toUpperCase().replace(/-SESS$/, "")];
}

function digestOf(parameters: Readonly<Record<string, string>>, login: Login, path: string): string {
  const { realm = "", nonce = "", opaque, algorithm } = parameters;
  const name = hashOf(parameters) ?? "md5";
  const hash = (...parts: readonly string[]) => createHash(name).update(parts.join(":")).digest("hex");
  const cnonce = randomBytes(8).toString("hex");
  const isSession = /-sess$/i.test(algorithm ?? "");
  const user = hash(login.user, realm, login.password);
  const secret = isSession ? hash(user, nonce, cnonce) : user;
  const hasQop = (parameters["qop"] ?? "").split(/[\s,]+/).includes("auth");
  const request = hash("GET", path);
  // Each answer is for a new nonce or counts as its first use: the server has just sent it.
  const count = "00000001";
  const response = hasQop
    ? hash(secret, nonce, count, cnonce, "auth", request)
    : hash(secret, nonce, request);
  const quoted = (text: string) => `"${text.replace(/["\\]/g, "\\$&")}"`;
  const fields = [
    `username=${quoted(login.user)}`,
    `realm=${quoted(realm)}`,
    `nonce=${quoted(nonce)}`,
    `uri=${quoted(path)}`,
    `response="${response}"`,
    ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
    ...(opaque === undefined ? [] : [`opaque=${quoted(opaque)}`]),
    ...(hasQop || isSession ? [`cnonce="${cnonce}"`] : []),
    ...(hasQop ? ["qop=auth", `nc=${count}`] : []),
  ];
  return `Digest ${fields.join(", ")}`;
}

/** Several challenges may be in one header, separated by commas, like the parameters of one. */
function parseChallenges(header: string): Challenge[] {
  const challenges: { scheme: string; parameters: Record<string, string> }[] = [];
  const token = /\s*,?\s*(?:([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))|([\w-]+))/gy;
  for (const [, name, quoted, plain, scheme] of header.matchAll(token)) {
    if (scheme !== undefined) challenges.push({ scheme: scheme.toLowerCase(), parameters: {} });
    const last = challenges.at(-1);
    if (last && name !== undefined)
      last.parameters[name.toLowerCase()] = quoted?.replace(/\\(.)/g, "$1") ?? plain ?? "";
  }
  return challenges;
}
