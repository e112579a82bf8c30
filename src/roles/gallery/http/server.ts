import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, isIP } from "node:net";
import { describe, UserError } from "../../../base/errors.ts";
import type { Logger } from "../../../base/log.ts";
import { eventFields } from "../../../base/log-events.ts";
import { systemCode, systemReason } from "../../../base/system-errors.ts";
import type { HttpAddress } from "../../../settings/common-options.ts";
import { Login, type Users } from "./auth.ts";

export interface PageServer {
  /** `http://localhost:8080` */
  readonly url: string;
  stop(): Promise<void>;
}

export type Handler = (url: URL, request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * Nothing from elsewhere, no script and no style in the markup: text of a message that reached the markup would still run
 * nothing. Source: Content Security Policy Level 3; Trusted Types.
 */
const securityHeaders = {
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
};

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

/** Rejects with a UserError when the address is not available. */
export async function startPageServer(
  { host, port }: HttpAddress,
  users: Users | undefined,
  handle: Handler,
  log: Logger,
): Promise<PageServer> {
  const login = users && new Login(users);
  const local = isLoopback(host);
  const server = createServer((request, response) => {
    void answer(request, response).catch((error) => fail(response, error, log));
  });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
    if (request.method !== "GET" && request.method !== "HEAD")
      return refuse(response, 405, "only GET and HEAD", { Allow: "GET, HEAD" });
    // A name that leads to this machine is anyone's to make (DNS rebinding): a page elsewhere could read the faces.
    if (local && !isLocalHost(request.headers.host))
      return refuse(response, 403, "the page is for this machine alone: open http://localhost");
    const verdict = login ? await login.check(request.headers.authorization) : "right";
    if (verdict === "busy") return refuse(response, 429, "too many logins at once", { "Retry-After": "5" });
    if (verdict === "wrong")
      return refuse(response, 401, "log in", {
        "WWW-Authenticate": 'Basic realm="facepipe", charset="UTF-8"',
      });
    const url = URL.canParse(request.url ?? "", "http://page")
      ? new URL(request.url ?? "", "http://page")
      : undefined;
    if (!url) return refuse(response, 400, "not an address");
    await handle(url, request, response);
  };
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, host, resolve);
  }).catch((error) => {
    const reason = systemReason(systemCode(error)) ?? describe(error);
    const message = `cannot serve the page on ${host}:${port}: ${reason}`;
    throw new UserError("HTTP_ADDRESS_UNAVAILABLE", message, "Set another --listen", error);
  });
  const { port: bound } = server.address() as AddressInfo;
  const name = local && host !== "::1" ? "localhost" : host.includes(":") ? `[${host}]` : host;
  return {
    // Only 127.0.0.1 is surely what a browser tries for localhost.
    url: `http://${host.startsWith("127.") && host !== "127.0.0.1" ? host : name}:${bound}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function isLocalHost(header: string | undefined): boolean {
  const host = /^(\[[^\]]*\]|[^:]*)(:\d+)?$/.exec(header ?? "")?.[1] ?? "";
  return isLoopback(host.replace(/^\[(.*)\]$/, "$1").toLowerCase());
}

export function refuse(
  response: ServerResponse,
  status: number,
  error: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "Content-Type": "application/json", "Cache-Control": "no-store", ...headers });
  response.end(JSON.stringify({ error }));
}

function fail(response: ServerResponse, error: unknown, log: Logger): void {
  if (!(error instanceof UserError)) log.error(eventFields("page_failed"), `the page: ${bugText(error)}`);
  if (response.headersSent) response.destroy();
  else if (error instanceof UserError) refuse(response, 502, error.sentence);
  else refuse(response, 500, "a bug of facepipe; its log says more");
}

function bugText(error: unknown): string {
  return (error instanceof Error && error.stack) || describe(error);
}
