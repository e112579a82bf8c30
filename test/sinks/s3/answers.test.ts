import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { S3Sink } from "../../../src/sinks/s3/s3-sink.ts";
import { never, object } from "../objects.ts";
import { cleanAws, setEnvironment } from "./environment.ts";

interface Answer {
  readonly status: number;
  readonly code: string;
  readonly headers?: Record<string, string>;
  /** More of the error's XML. */
  readonly more?: string;
}

/** What a service says when everything is well with open()'s put. */
const open: Answer = { status: 400, code: "BadDigest" };

/** A sink of a server that gives these answers in turn, and the last one for ever: what Amazon says and Ceph never does. */
async function sinkAnswered(t: TestContext, ...answers: readonly Answer[]): Promise<S3Sink> {
  const left = [...answers];
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      const { status, code, headers, more = "" } = (left.length > 1 ? left.shift() : left[0]) ?? open;
      response.writeHead(status, headers);
      response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message>${more}</Error>`);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  setEnvironment(t, { ...cleanAws, AWS_ACCESS_KEY_ID: "key", AWS_SECRET_ACCESS_KEY: "secret" });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const options = { endpoint, pathStyle: true, createBucket: false, public: false, concurrency: 1 };
  const sink = new S3Sink("faces", "", options);
  t.after(async () => {
    await sink.close();
    server.close();
  });
  return sink;
}

const region = { "x-amz-bucket-region": "eu-central-1" };
const openings: readonly (readonly [Answer, object])[] = [
  [
    { status: 301, code: "PermanentRedirect", headers: region },
    { exitCode: 1, message: /is in the region eu-central-1/, remedy: /AWS_REGION=eu-central-1/ },
  ],
  [
    { status: 400, code: "AuthorizationHeaderMalformed", more: "<Region>eu-west-3</Region>" },
    { exitCode: 1, message: /is in the region eu-west-3/ },
  ],
  [
    { status: 403, code: "RequestTimeTooSkewed" },
    { exitCode: 1, message: /clock is wrong/, remedy: /NTP/ },
  ],
  [
    { status: 400, code: "ExpiredToken" },
    { exitCode: 1, message: /the login has expired/ },
  ],
  [
    { status: 501, code: "NotImplemented" },
    { exitCode: 1, message: /If-None-Match/ },
  ],
  [
    { status: 503, code: "ServiceUnavailable" },
    { exitCode: 2, message: /HTTP status 503/ },
  ],
];

for (const [answer, expected] of openings) {
  test(`opening, answered with ${answer.code}`, async (t) => {
    const sink = await sinkAnswered(t, answer);
    await assert.rejects(sink.open(never), { name: "UserError", ...expected });
  });
}

const puts: readonly (readonly [Answer, boolean, RegExp])[] = [
  [{ status: 503, code: "SlowDown" }, true, /asks to slow down/],
  [{ status: 500, code: "InternalError" }, true, /HTTP status 500/],
  [{ status: 409, code: "ConditionalRequestConflict" }, true, /another write/],
  [{ status: 403, code: "AccessDenied" }, true, /no permission/],
  [{ status: 400, code: "ExpiredToken" }, true, /login has expired/],
  [{ status: 404, code: "NoSuchBucket" }, true, /no such bucket/],
  [{ status: 400, code: "EntityTooLarge" }, false, /too large/],
  [{ status: 400, code: "KeyTooLongError" }, false, /key is too long/],
  [{ status: 400, code: "MetadataTooLarge" }, false, /metadata is too large/],
];

for (const [answer, transient, message] of puts) {
  test(`a put, answered with ${answer.code}`, async (t) => {
    const sink = await sinkAnswered(t, open, answer);
    await sink.open(never);
    await assert.rejects(sink.put(object("a"), never), { name: "SinkError", transient, message });
  });
}
