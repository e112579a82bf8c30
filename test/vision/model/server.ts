import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { sha256 } from "../../../src/vision/model/find-model.ts";
import type { ModelFile } from "../../../src/vision/model/yunet-model.ts";

export type Answer = (response: ServerResponse) => void;

/** 200 kB of random bytes, and their description. */
export function inventedModel(): { bytes: Buffer; model: ModelFile } {
  const bytes = randomBytes(200_000);
  const facts = { bytes: bytes.length, sha256: sha256(bytes) };
  return { bytes, model: { name: "invented.onnx", url: "http://unused.invalid/invented.onnx", ...facts } };
}

/** A web server that sends each request the next of `answers`, and the last one from then on. */
export async function modelServer(t: TestContext, ...answers: readonly Answer[]) {
  const requests: IncomingMessage[] = [];
  const open = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    const answer = answers[Math.min(requests.length, answers.length - 1)] as Answer;
    requests.push(request);
    open.add(response);
    answer(response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const cut = () => {
    for (const response of open) response.destroy();
    open.clear();
  };
  /** `cut` breaks the connections of all answers. */
  return { url: `http://127.0.0.1:${port}/invented.onnx`, requests, cut };
}

export function all(bytes: Buffer): Answer {
  return (response) => response.writeHead(200, { "content-length": bytes.length }).end(bytes);
}

/** The first `end` bytes; the rest never comes. */
export function upTo(bytes: Buffer, end: number): Answer {
  return (response) =>
    response.writeHead(200, { "content-length": bytes.length }).write(bytes.subarray(0, end));
}

export function status(code: number): Answer {
  return (response) => response.writeHead(code).end("no");
}
