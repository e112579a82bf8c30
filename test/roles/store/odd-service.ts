import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

/** What a service does with a put instead of storing it; undefined: it stores it. */
export type Fault = (key: string, size: number) => number | "reset" | undefined;

/** A service that speaks as much S3 as store needs, and fails some puts as proxies do: with HTML, or by a reset. */
export async function startOddService(t: TestContext, fault: Fault) {
  const objects = new Map<string, number>();
  const put = (key: string, size: number, request: IncomingMessage, response: ServerResponse) => {
    const outcome = fault(key, size);
    if (outcome === "reset") return request.socket.resetAndDestroy();
    if (outcome !== undefined)
      return response.writeHead(outcome, { "content-type": "text/html" }).end(`<h1>${outcome}</h1>`);
    if (request.headers["if-none-match"] === "*" && objects.has(key))
      return response.writeHead(412).end("<Error><Code>PreconditionFailed</Code></Error>");
    objects.set(key, size);
    return response.writeHead(200, { etag: '"x"' }).end();
  };
  const server = createServer((request, response) => {
    const key = decodeURIComponent(request.url?.split("?")[0] ?? "").replace(/^\/[^/]+\//, "");
    let size = 0;
    request.on("data", (part: Buffer) => {
      size += part.length;
    });
    request.on("end", () => {
      if (request.method === "DELETE") objects.delete(key);
      if (request.method !== "PUT") response.writeHead(204).end();
      else if (request.headers["content-md5"])
        response.writeHead(400).end("<Error><Code>BadDigest</Code></Error>");
      else put(key, size, request, response);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const env = {
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_ACCESS_KEY_ID: "key",
    AWS_SECRET_ACCESS_KEY: "secret",
  };
  return { objects, env };
}
