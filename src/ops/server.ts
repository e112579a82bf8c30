import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { refused } from "../base/errors.ts";
import { systemCode } from "../base/system-errors.ts";
import type { Health } from "./health.ts";
import type { Metrics } from "./metrics.ts";

export interface OpsServer {
  /** Where it listens, `127.0.0.1:8080`. */
  readonly address: string;
  stop(): Promise<void>;
}

/** Serves /healthz, /readyz and /metrics. Rejects with a UserError when the address cannot be had. */
export async function startOpsServer(
  { host, port }: { readonly host: string; readonly port: number },
  health: Health,
  metrics: Metrics,
): Promise<OpsServer> {
  const pages: Readonly<Record<string, (response: ServerResponse) => Promise<void> | void>> = {
    "/healthz": (response) => answer(response, health.sick),
    "/readyz": (response) => answer(response, health.unready),
    "/metrics": async (response) => {
      response.setHeader("Content-Type", metrics.registry.contentType);
      response.end(await metrics.registry.metrics());
    },
  };
  const server = createServer((request, response) => {
    const page = pages[request.url?.split("?", 1)[0] ?? ""];
    if (request.method !== "GET" && request.method !== "HEAD")
      response.writeHead(405, { Allow: "GET, HEAD" }).end();
    else if (page === undefined) response.writeHead(404).end("there are /healthz, /readyz and /metrics\n");
    else void page(response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, host === "" ? undefined : host, resolve);
  }).catch((error) => {
    const why = systemCode(error) === "EADDRINUSE" ? "another program uses it" : (error as Error).message;
    throw refused(`cannot serve health and metrics on port ${port}: ${why}`, "Give another --http", error);
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

function answer(response: ServerResponse, complaints: readonly string[]): void {
  response.writeHead(complaints.length === 0 ? 200 : 503, { "Content-Type": "text/plain; charset=utf-8" });
  response.end(complaints.length === 0 ? "ok\n" : `${complaints.join("\n")}\n`);
}
