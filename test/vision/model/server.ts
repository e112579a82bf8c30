import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import type { ModelFile } from "../../../src/vision/model/model-file.ts";
import { sha256 } from "../../../src/vision/model/places.ts";

/** `held`: answers that wait to be cut, by the byte of the file that they have come to. */
export type Answer = (
  request: IncomingMessage,
  response: ServerResponse,
  held: Map<number, ServerResponse>,
) => void;

/** 200 kB that nobody has seen before, and what is known of them. */
export function inventedModel(): { bytes: Buffer; model: ModelFile } {
  const bytes = randomBytes(200_000);
  const facts = { bytes: bytes.length, sha256: sha256(bytes), licence: "none" };
  return { bytes, model: { name: "invented.onnx", url: "http://unused.invalid/invented.onnx", ...facts } };
}

/** A web server that gives each request the next of `answers`, and the last one from then on. */
export async function modelServer(t: TestContext, ...answers: readonly Answer[]) {
  const ranges: (string | undefined)[] = [];
  const encodings: (string | undefined)[] = [];
  const held = new Map<number, ServerResponse>();
  const server = createServer((request, response) => {
    const answer = answers[Math.min(ranges.length, answers.length - 1)] as Answer;
    ranges.push(request.headers.range);
    encodings.push(request.headers["accept-encoding"] as string | undefined);
    answer(request, response, held);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  /** Cuts the connection of an answer that has come to this byte: what the client has not read by then is lost to it. */
  const cut = (at: number) => held.get(at)?.destroy();
  /** `ranges`: what each request asked for in its Range header. */
  return { url: `http://127.0.0.1:${port}/invented.onnx`, ranges, encodings, cut };
}

/** The whole file, or the part that is asked for, as a good server gives it. */
export function all(bytes: Buffer): Answer {
  return upTo(bytes, bytes.length);
}

/** The same, but only to the file's byte `end`, where it stalls until it is cut. */
export function upTo(bytes: Buffer, end: number): Answer {
  return (request, response, held) => {
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    if (start >= bytes.length) return response.writeHead(416).end();
    const range = `bytes ${start}-${bytes.length - 1}/${bytes.length}`;
    response.writeHead(start > 0 ? 206 : 200, {
      "content-length": bytes.length - start,
      ...(start > 0 ? { "content-range": range } : {}),
    });
    if (end === bytes.length) return response.end(bytes.subarray(start));
    if (start >= end) return response.destroy();
    response.write(bytes.subarray(start, end));
    return held.set(end, response);
  };
}

/** The file from its start, whatever is asked for; `end` as above. */
export function fromStart(bytes: Buffer, end = bytes.length): Answer {
  return (request, response, held) => {
    delete request.headers.range;
    upTo(bytes, end)(request, response, held);
  };
}

export function status(code: number): Answer {
  return (_request, response) => response.writeHead(code).end("no");
}
