import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { tcpServer } from "../../../../support/tcp-server.ts";

/** An HTTP server that stops when the test ends; returns its origin, such as `http://127.0.0.1:8080`. */
export async function httpServer(t: TestContext, serve: RequestListener, port = 0): Promise<string> {
  const server = createServer(serve).listen(port, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A camera whose every byte is chosen: after a request it sends `head`, and then `part` of each picture, without end. */
export async function rawCamera(
  t: TestContext,
  pictures: readonly Buffer[],
  { head, part }: { readonly head: string; readonly part: (jpeg: Buffer, nth: number) => Buffer },
): Promise<string> {
  const address = await tcpServer(t, (socket) => {
    socket.once("data", () => {
      socket.write(head);
      let nth = 0;
      const timer = setInterval(() => {
        socket.write(part(pictures[nth % pictures.length] as Buffer, nth));
        nth++;
      }, 40);
      socket.once("close", () => clearInterval(timer));
    });
  });
  return address.replace("mqtt:", "http:");
}

/** Serves a file, and parts of it if it is told to. */
export function serveFile(
  file: Buffer,
  request: IncomingMessage,
  response: ServerResponse,
  { ranges, type }: { readonly ranges: boolean; readonly type: string },
): void {
  const [, from = "", to = ""] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "") ?? [];
  const isPart = ranges && from !== "";
  const first = isPart ? Number(from) : 0;
  const last = isPart && to !== "" ? Number(to) : file.length - 1;
  response.writeHead(isPart ? 206 : 200, {
    "content-type": type,
    "content-length": last - first + 1,
    ...(ranges ? { "accept-ranges": "bytes" } : {}),
    ...(isPart ? { "content-range": `bytes ${first}-${last}/${file.length}` } : {}),
  });
  response.end(file.subarray(first, last + 1));
}
