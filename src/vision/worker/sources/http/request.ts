import { once } from "node:events";
import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { UserError } from "../../../../base/errors.ts";
import { redact } from "../../../../base/redact.ts";
import { networkReason, systemCode } from "../../../../base/system-errors.ts";
import { authorization as authorize, type Login } from "../../../authorization.ts";

/** How long a camera may take to accept a connection, and to answer a request, ms. */
const connectTimeout = 5000;
const answerTimeout = 15_000;
const maxRedirects = 5;

/** The codes that Node.js has for a certificate that it does not accept. */
const certificateFault = /^(CERT_|ERR_TLS_CERT|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH)/;

/** What to do about an address that speaks something else. */
export const checkPort = "Check the port in the URL, and whether it is http:// there";

/** Not HTTP, or too far from it for Node.js. */
export class NotHttpError extends UserError {
  constructor(shown: string, cause: unknown) {
    super("STREAM_UNREADABLE", `${shown} does not answer in HTTP`, checkPort, cause);
  }
}

type Headers = Readonly<Record<string, string>>;

/**
 * Requests an address as a browser does: follows redirects, logs in when the server asks for it. Returns the answer, whose
 * status is 200, or 304 if `headers` ask for that; the caller reads or destroys it.
 * @throws UserError: unreachable, refused; NotHttpError.
 */
export async function httpGet(address: string, headers: Headers = {}): Promise<IncomingMessage> {
  const shown = redact(address);
  let url = new URL(address);
  let login = loginOf(url);
  let authorization: string | undefined;
  for (let redirects = 0; ; ) {
    const sent = authorization === undefined ? headers : { ...headers, authorization };
    const answer = await send(url, sent, shown);
    const { statusCode: status = 0, headers: received } = answer;
    if (status === 200 || status === 304) return answer;
    answer.destroy();
    if (status >= 300 && status < 400 && received.location !== undefined && redirects++ < maxRedirects) {
      const target = new URL(received.location, url);
      if (!/^https?:$/.test(target.protocol)) throw refusal(answer, shown, login);
      // A login is for the host that it was given for, unless the redirect brings its own.
      login = loginOf(target) ?? (target.host === url.host ? login : undefined);
      url = target;
      authorization = undefined;
      continue;
    }
    const challenge = received["www-authenticate"];
    if (status === 401 && login && challenge !== undefined && authorization === undefined)
      authorization = authorize([challenge], login, { method: "GET", uri: url.pathname + url.search });
    else authorization = undefined;
    if (authorization === undefined) throw refusal(answer, shown, login);
  }
}

/** What came, in brackets: `(HTTP 200 OK, text/html)`. */
export function answerInWords({ statusCode, statusMessage = "", headers }: IncomingMessage): string {
  const status = `HTTP ${statusCode} ${statusMessage}`.trim();
  return `(${status}, ${redact(headers["content-type"] ?? "no content type")})`;
}

/** The media type of an answer, in lower case; "" without one. */
export function mediaType({ headers }: IncomingMessage): string {
  return (headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}

async function send(url: URL, headers: Headers, shown: string): Promise<IncomingMessage> {
  const request = (url.protocol === "https:" ? requestHttps : requestHttp)(withoutLogin(url), {
    // A connection for each request: what cameras do with one that is kept open differs.
    agent: false,
    headers: { accept: "*/*", ...headers },
    // Cameras' servers are small: a line that ends with LF alone, for example.
    insecureHTTPParser: true,
  });
  let isConnected = false;
  request.once("socket", (socket) =>
    socket.once(url.protocol === "https:" ? "secureConnect" : "connect", () => {
      isConnected = true;
    }),
  );
  const late = (ms: number, applies: () => boolean) =>
    setTimeout(() => {
      if (applies()) request.destroy(Object.assign(new Error("no answer in time"), { code: "ETIMEDOUT" }));
    }, ms);
  const timers = [late(connectTimeout, () => !isConnected), late(answerTimeout, () => true)];
  try {
    request.end();
    const [answer] = (await once(request, "response")) as [IncomingMessage];
    // Whoever reads the answer has its own listener.
    answer.on("error", () => undefined);
    request.on("error", () => undefined);
    return answer;
  } catch (error) {
    throw failure(error, isConnected, shown);
  } finally {
    for (const timer of timers) clearTimeout(timer);
  }
}

function failure(error: unknown, isConnected: boolean, shown: string): Error {
  const code = systemCode(error);
  if (code.startsWith("HPE_")) return new NotHttpError(shown, error);
  if (certificateFault.test(code)) {
    const message = `${shown} has a certificate that is not accepted: ${networkReason(error)}`;
    const remedy =
      "NODE_EXTRA_CA_CERTS=FILE makes Node.js trust the certificate in FILE, or the authority that signed it; " +
      "a certificate is for the name in the URL";
    return new UserError("CAMERA_TLS_FAILED", message, remedy, error);
  }
  if (code === "EPROTO" || code.startsWith("ERR_SSL_")) {
    const message = `${shown} does not speak TLS as this machine does: ${networkReason(error)}`;
    return new UserError("CAMERA_TLS_FAILED", message, checkPort, error);
  }
  const what = isConnected ? "does not answer" : "cannot be reached";
  const message = `the camera ${shown} ${what}: ${networkReason(error)}`;
  return new UserError("CAMERA_UNREACHABLE", message, "Check its address and that it is switched on", error);
}

function refusal(answer: IncomingMessage, shown: string, login: Login | undefined): UserError {
  const message = `${shown} answers but delivers no video ${answerInWords(answer)}`;
  const { statusCode: status = 0 } = answer;
  if (status === 401) {
    const remedy = login
      ? "It refuses the user name or the password in the URL"
      : "It asks for a user name and password: http://USER:PASSWORD@HOST/PATH";
    return new UserError("CAMERA_LOGIN_REFUSED", message, remedy);
  }
  if (status === 403)
    return new UserError(
      "CAMERA_LOGIN_REFUSED",
      message,
      "It forbids this: the user may lack the right, or the camera serves some addresses only",
    );
  return new UserError("STREAM_UNREADABLE", message, remedyFor(status));
}

function remedyFor(status: number): string {
  if (status === 404 || status === 410)
    return "There is nothing at this path: the camera's manual has the path of its stream";
  if (status >= 300 && status < 400)
    return "It redirects in a circle or to what is not HTTP: use the address that it leads to";
  if (status >= 500 || status === 429)
    return "The camera is overloaded or broken: it may serve fewer viewers at once than it has, or need a restart";
  return "Check the path in the URL";
}

function withoutLogin(url: URL): URL {
  return Object.assign(new URL(url), { username: "", password: "" });
}

function loginOf({ username, password }: URL): Login | undefined {
  return username === "" && password === ""
    ? undefined
    : { user: decoded(username), password: decoded(password) };
}

/** What is not UTF-8 stays as it is written. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
