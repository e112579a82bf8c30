import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { type S3Options, S3Sink } from "../../../src/sinks/s3/s3-sink.ts";
import { S3Store } from "../../../src/sinks/s3/s3-store.ts";
import { cleanAws, setEnvironment } from "./environment.ts";

export interface Request {
  readonly method: string;
  /** Decoded, without the bucket. */
  readonly key: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** What a service does with a request; `hang`: it never answers; `reset`: it resets the connection. */
export type Service = (request: Request) => Answer | "hang" | "reset";

/** An error as S3 sends it; `more`: further elements. */
export function s3Error(status: number, code: string, message = "no", more = ""): Answer {
  const body = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message>${more}</Error>`;
  return { status, headers: { "content-type": "application/xml" }, body };
}

/** A web page, as proxies, consoles and login pages send it. */
export function page(status: number, headers: Readonly<Record<string, string>> = {}): Answer {
  const body = "<html><body><h1>Sign in</h1><hr></body></html>";
  return { status, headers: { "content-type": "text/html", ...headers }, body };
}

/** S3 in memory, as much of it as a sink needs; `objects` are shared by its replicas. */
export function s3InMemory(objects = new Map<string, Buffer>()): (request: Request) => Answer {
  return ({ method, key, headers, body }) => {
    if (method === "PUT") {
      if (headers["if-none-match"] === "*" && objects.has(key))
        return s3Error(412, "PreconditionFailed", "exists");
      if (hasWrongDigest(headers, body)) return s3Error(400, "BadDigest");
      objects.set(key, body);
      return { status: 200, headers: { etag: etagOf(body) } };
    }
    if (method === "DELETE") {
      objects.delete(key);
      return { status: 204 };
    }
    const object = objects.get(key);
    return object
      ? { status: 200, headers: { etag: etagOf(object) }, body: object }
      : s3Error(404, "NoSuchKey");
  };
}

export function hasWrongDigest(headers: IncomingHttpHeaders, body: Buffer): boolean {
  const digest = headers["content-md5"];
  return digest !== undefined && digest !== createHash("md5").update(body).digest("base64");
}

function etagOf(body: Buffer): string {
  return `"${createHash("md5").update(body).digest("hex")}"`;
}

/** Serves it until the test ends; resolves with the address. */
export async function serve(t: TestContext, service: Service): Promise<string> {
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const { method = "", headers } = request;
      const [path = "", query = ""] = (request.url ?? "").split("?");
      const key = decodeURIComponent(path).replace(/^\/[^/]*\/?/, "");
      const answer = service({ method, key, query, headers, body: Buffer.concat(parts) });
      if (answer === "reset") request.socket.resetAndDestroy();
      else if (answer !== "hang") response.writeHead(answer.status, answer.headers).end(answer.body);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const login = { AWS_ACCESS_KEY_ID: "key", AWS_SECRET_ACCESS_KEY: "secret" };

/** Options for a service at this address, with a login and these variables alone. */
export function optionsFor(
  t: TestContext,
  endpoint: string | undefined,
  variables: Readonly<Record<string, string | undefined>> = login,
): S3Options {
  const environment = { ...cleanAws, ...variables };
  setEnvironment(t, environment);
  return { endpoint, pathStyle: true, createBucket: false, public: false, concurrency: 1, environment };
}

/** A sink in the bucket `faces` of this service, not opened yet. */
export async function sinkAt(
  t: TestContext,
  service: Service,
  variables: Readonly<Record<string, string>> = {},
): Promise<S3Sink> {
  const options = optionsFor(t, await serve(t, service), { ...login, ...variables });
  const sink = new S3Sink("faces", "", options);
  t.after(() => sink.close());
  return sink;
}

/** A store below `site/` of the same bucket. */
export async function storeAt(t: TestContext, service: Service): Promise<S3Store> {
  const store = new S3Store("faces", "site/", optionsFor(t, await serve(t, service)));
  t.after(() => store.close());
  return store;
}
