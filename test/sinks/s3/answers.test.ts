import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { ErrorCode } from "../../../src/base/error-codes.ts";
import type { S3Sink } from "../../../src/sinks/s3/s3-sink.ts";
import { never, object } from "../objects.ts";
import { s3Error, sinkAt } from "./stand-in.ts";

interface Answered {
  readonly status: number;
  readonly code: string;
  readonly headers?: Record<string, string>;
  /** Further elements of the XML error. */
  readonly more?: string;
}

/** The response to open()'s put from a service that permits it. */
const opened: Answered = { status: 400, code: "BadDigest" };

/** A sink whose server responds with these in turn, repeating the last: for Amazon's errors that Ceph never returns. */
async function sinkAnswered(t: TestContext, ...answers: readonly Answered[]): Promise<S3Sink> {
  const left = [...answers];
  return sinkAt(t, () => {
    const { status, code, headers, more } = (left.length > 1 ? left.shift() : left[0]) ?? opened;
    return { ...s3Error(status, code, "no", more), ...(headers && { headers }) };
  });
}

const region = { "x-amz-bucket-region": "eu-central-1" };
const openings: readonly (readonly [Answered, object])[] = [
  [
    { status: 301, code: "PermanentRedirect", headers: region },
    {
      code: "BUCKET_WRONG_REGION",
      exitCode: 1,
      message: /is in the region eu-central-1/,
      remedy: /AWS_REGION=eu-central-1/,
    },
  ],
  [
    { status: 400, code: "AuthorizationHeaderMalformed", more: "<Region>eu-west-3</Region>" },
    { code: "BUCKET_WRONG_REGION", exitCode: 1, message: /is in the region eu-west-3/ },
  ],
  [
    { status: 403, code: "RequestTimeTooSkewed" },
    { code: "BUCKET_CLOCK_SKEW", exitCode: 1, message: /clock is wrong/, remedy: /NTP/ },
  ],
  [
    { status: 400, code: "ExpiredToken" },
    { code: "BUCKET_LOGIN_REFUSED", exitCode: 1, message: /the login has expired/ },
  ],
  [
    { status: 501, code: "NotImplemented" },
    { code: "BUCKET_REFUSED", exitCode: 1, message: /If-None-Match/ },
  ],
  [
    { status: 503, code: "ServiceUnavailable" },
    { code: "BUCKET_UNREACHABLE", exitCode: 2, message: /HTTP status 503/ },
  ],
];

for (const [answer, expected] of openings) {
  test(`open: the response ${answer.code}`, async (t) => {
    const sink = await sinkAnswered(t, answer);
    await assert.rejects(sink.open(never), { name: "UserError", ...expected });
  });
}

const puts: readonly (readonly [Answered, ErrorCode, RegExp])[] = [
  [{ status: 503, code: "SlowDown" }, "BUCKET_UNREACHABLE", /asks to slow down/],
  [{ status: 500, code: "InternalError" }, "BUCKET_UNREACHABLE", /HTTP status 500/],
  [{ status: 409, code: "ConditionalRequestConflict" }, "BUCKET_REFUSED", /another write/],
  [{ status: 403, code: "AccessDenied" }, "BUCKET_FORBIDDEN", /no permission/],
  [{ status: 400, code: "ExpiredToken" }, "BUCKET_LOGIN_REFUSED", /login has expired/],
  [{ status: 404, code: "NoSuchBucket" }, "BUCKET_NOT_FOUND", /no such bucket/],
  [{ status: 400, code: "EntityTooLarge" }, "OBJECT_REFUSED", /too large/],
  [{ status: 400, code: "KeyTooLongError" }, "OBJECT_REFUSED", /key is too long/],
  [{ status: 400, code: "MetadataTooLarge" }, "OBJECT_REFUSED", /metadata is too large/],
];

for (const [answer, code, message] of puts) {
  test(`put: the response ${answer.code}`, async (t) => {
    const sink = await sinkAnswered(t, opened, answer);
    await sink.open(never);
    const transient = code !== "OBJECT_REFUSED";
    await assert.rejects(sink.put(object("a"), never), { name: "SinkError", code, transient, message });
  });
}
