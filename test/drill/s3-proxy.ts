import { once } from "node:events";
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import type { CleanUp } from "./clean-up.ts";

/**
 * `unavailable` answers 503; `hang` never answers; `reset` breaks the connection; `lose-answer` passes the request on
 * and breaks the connection instead of answering.
 */
export type S3Mode = "pass" | "unavailable" | "hang" | "reset" | "lose-answer";

export interface S3Proxy {
  /** To be used instead of the server's endpoint. */
  readonly endpoint: string;
  mode: S3Mode;
}

/** A reverse proxy in front of an S3 server; `onStored` receives the path of each object that the server has written. */
export async function startS3Proxy(
  target: string,
  onStored: (path: string) => void,
  cleanUp: CleanUp,
): Promise<S3Proxy> {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const server = createServer((received, answer) => {
    void handle(received, answer).catch(() => received.socket.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const proxy = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mode: "pass" as S3Mode,
  };
  cleanUp.add(() => {
    server.close();
    server.closeAllConnections();
    agent.destroy();
  });

  async function handle(received: IncomingMessage, answer: ServerResponse): Promise<void> {
    const body = await buffer(received);
    const { mode } = proxy;
    if (mode === "hang") return;
    if (mode === "reset") return void received.socket.resetAndDestroy();
    if (mode === "unavailable") return void answer.writeHead(503, { "content-length": "0" }).end();
    const response = await passOn(received, body);
    const content = await buffer(response);
    if (received.method === "PUT" && response.statusCode === 200) onStored(received.url ?? "");
    // The mode may have changed in the meantime; the answer of a request that was to be lost is lost.
    if (mode === "lose-answer") return void received.socket.resetAndDestroy();
    answer.writeHead(response.statusCode ?? 502, response.rawHeaders).end(content);
  }

  async function passOn(received: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
    // With the headers as they are: the signature covers Host.
    const { method, url, headers } = received;
    const sent = request(target + url, { method, headers, agent });
    sent.end(body);
    const [response] = await once(sent, "response");
    return response;
  }

  return proxy;
}
