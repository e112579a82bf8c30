import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, UserError } from "../base/errors.ts";
import { systemCode, systemReason } from "../base/system-errors.ts";
import type { Health } from "./health.ts";
import type { Metrics } from "./metrics.ts";

export interface OpsServer {
  /** The address it listens on, `127.0.0.1:8080`. */
  readonly address: string;
  stop(): Promise<void>;
}

/** Serves /healthz, /readyz and /metrics. Rejects with a UserError when the address is not available. */
export async function startOpsServer(
  { host, port }: { readonly host: string; readonly port: number },
  health: Health,
  metrics: Metrics,
): Promise<OpsServer> {
  const pages: Readonly<Record<string, (response: ServerResponse) => Promise<void> | void>> = {
    "/healthz": (response) => answer(response, health.livenessFailures),
    "/readyz": (response) => answer(response, health.readinessFailures),
    "/metrics": async (response) => {
      response.setHeader("Content-Type", metrics.registry.contentType);
      response.end(await metrics.registry.metrics());
    },
  };
  const server = createServer((request, response) => {
    const page = pages[request.url?.split("?", 1)[0] ?? ""];
    if (request.method !== "GET" && request.method !== "HEAD")
      response.writeHead(405, { Allow: "GET, HEAD" }).end();
    else if (page === undefined)
      response.writeHead(404).end("not found; available: /healthz, /readyz, /metrics\n");
    else void page(response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, host === "" ? undefined : host, resolve);
  }).catch((error) => {
    const reason = systemReason(systemCode(error)) ?? describe(error);
    const message = `cannot serve health and metrics on port ${port}: ${reason}`;
    throw new UserError("HTTP_ADDRESS_UNAVAILABLE", message, "Set another --http", error);
  });
  const { address, port: bound } = server.address() as AddressInfo;
  return {
    address: `${address.includes(":") ? `[${address}]` : address}:${bound}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(response: ServerResponse, failures: readonly string[]): void {
  response.writeHead(failures.length === 0 ? 200 : 503, { "Content-Type": "text/plain; charset=utf-8" });
  response.end(failures.length === 0 ? "ok\n" : `${failures.join("\n")}\n`);
}
