import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { never, object } from "../objects.ts";
import {
  type Answer,
  hasWrongDigest,
  page,
  type Request,
  type Service,
  s3Error,
  s3InMemory,
  sinkAt,
} from "./stand-in.ts";

const checkName = ".facepipe-write-check";

/** A service that refuses a wrong digest in this way. */
function refusing(answer: Answer, objects = new Map<string, Buffer>()): Service {
  const s3 = s3InMemory(objects);
  return (request) => (hasWrongDigest(request.headers, request.body) ? answer : s3(request));
}

/** A service that ignores Content-MD5. */
function ignoringDigest(
  objects: Map<string, Buffer>,
  deny: (request: Request) => boolean = () => false,
): Service {
  const s3 = s3InMemory(objects);
  return (request) => {
    if (deny(request)) return s3Error(403, "AccessDenied");
    const { "content-md5": _, ...headers } = request.headers;
    return s3({ ...request, headers });
  };
}

suite("S3: the check at the start", () => {
  const refusals: readonly (readonly [string, Answer])[] = [
    ["InvalidDigest", s3Error(400, "InvalidDigest")],
    ["XAmzContentChecksumMismatch", s3Error(400, "XAmzContentChecksumMismatch")],
    ["InvalidRequest", s3Error(400, "InvalidRequest")],
    ["an unknown code", s3Error(422, "ContentMd5DoesNotMatch")],
    ["plain text", { status: 400, body: "Bad Request" }],
    ["an empty 422", { status: 422 }],
    ["a page", page(400)],
  ];
  for (const [what, answer] of refusals)
    test(`any refusal of a wrong checksum will do: ${what}`, async (t) => {
      const objects = new Map<string, Buffer>();
      const sink = await sinkAt(t, refusing(answer, objects));
      await sink.open(never);
      assert.equal(objects.size, 0);
      assert.equal(await sink.put(object("a"), never), "stored");
    });

  const others: readonly (readonly [Answer, object])[] = [
    [s3Error(403, "SignatureDoesNotMatch"), { code: "BUCKET_LOGIN_REFUSED" }],
    [s3Error(403, "AccessDenied"), { code: "BUCKET_FORBIDDEN" }],
    [s3Error(401, "Unauthorized"), { code: "BUCKET_LOGIN_REFUSED" }],
    [s3Error(404, "NoSuchBucket"), { code: "BUCKET_NOT_FOUND" }],
    [s3Error(500, "InternalError"), { code: "BUCKET_UNREACHABLE", exitCode: 2 }],
    [s3Error(429, "TooManyRequests"), { code: "BUCKET_UNREACHABLE", exitCode: 2 }],
  ];
  for (const [answer, expected] of others)
    test(`a refusal of something else is none: ${answer.body}`, async (t) => {
      const sink = await sinkAt(t, refusing(answer));
      await assert.rejects(sink.open(never), { name: "UserError", ...expected });
    });

  test("a service that refuses every put refuses the check", async (t) => {
    const sink = await sinkAt(t, ({ method }) =>
      method === "PUT" ? s3Error(400, "InvalidRequest") : { status: 204 },
    );
    const message = /HTTP status 400 \(InvalidRequest: "no"\)/;
    await assert.rejects(sink.open(never), { code: "BUCKET_REFUSED", exitCode: 1, message });
  });

  test("an object of an earlier check that cannot be deleted is no obstacle", async (t) => {
    const objects = new Map<string, Buffer>();
    const service = ignoringDigest(objects, ({ method }) => method === "DELETE");
    for (const _ of [1, 2, 3]) {
      const sink = await sinkAt(t, service);
      await sink.open(never);
    }
    assert.deepEqual([...objects.keys()], [checkName]);
  });

  test("nor is it where a wrong checksum is refused without a code", async (t) => {
    const objects = new Map([[checkName, Buffer.from("x")]]);
    const sink = await sinkAt(t, refusing({ status: 400 }, objects));
    await sink.open(never);
  });

  for (const conflict of [s3Error(412, "PreconditionFailed"), s3Error(409, "ConditionalRequestConflict")])
    test(`nor is a check of another replica at the same time: ${conflict.status}`, async (t) => {
      const s3 = s3InMemory();
      const sink = await sinkAt(t, (request) =>
        request.key === checkName && request.headers["if-none-match"] ? conflict : s3(request),
      );
      await sink.open(never);
    });

  test("a login that may not write is refused, also where the check's object exists", async (t) => {
    const objects = new Map([[checkName, Buffer.from("x")]]);
    const deny = ({ method, headers }: Request) => method === "PUT" && headers["if-none-match"] === undefined;
    const sink = await sinkAt(t, ignoringDigest(objects, deny));
    await assert.rejects(sink.open(never), { code: "BUCKET_FORBIDDEN" });
  });
});

suite("S3: a service that refuses the checksum of the SDK", () => {
  const withChecksum = ({ headers }: Request) =>
    Object.keys(headers).some((name) => /^x-amz-(checksum|sdk-checksum)/.test(name));
  const refusals: readonly Answer[] = [
    s3Error(501, "NotImplemented", "Header 'x-amz-checksum-crc32' is not implemented"),
    s3Error(501, "NotImplemented", "A header you provided implies functionality that is not implemented"),
    s3Error(400, "InvalidArgument", "x-amz-sdk-checksum-algorithm is not supported"),
    s3Error(400, "InvalidRequest"),
    { status: 400 },
    page(400),
  ];
  for (const answer of refusals) {
    const service = (): Service => {
      const s3 = s3InMemory();
      return (request) => (request.method === "PUT" && withChecksum(request) ? answer : s3(request));
    };
    test(`the variable is named: ${answer.status} ${answer.body ?? ""}`, async (t) => {
      const sink = await sinkAt(t, service());
      const expected = {
        code: "BUCKET_REFUSED",
        exitCode: 1,
        message: /does not support the checksum that the AWS SDK adds/,
        remedy: "Set AWS_REQUEST_CHECKSUM_CALCULATION=when_required",
      };
      await assert.rejects(sink.open(never), expected);
    });
    test(`with the variable it works: ${answer.status} ${answer.body ?? ""}`, async (t) => {
      const sink = await sinkAt(t, service(), { AWS_REQUEST_CHECKSUM_CALCULATION: "when_required" });
      await sink.open(never);
      assert.equal(await sink.put(object("a"), never), "stored");
    });
  }

  test("a service without conditional writes is another fault", async (t) => {
    const s3 = s3InMemory();
    const sink = await sinkAt(t, (request) =>
      request.headers["if-none-match"] ? s3Error(501, "NotImplemented") : s3(request),
    );
    await assert.rejects(sink.open(never), { code: "BUCKET_REFUSED", message: /\(If-None-Match\)/ });
  });

  test("a put that is refused later names the variable, too", async (t) => {
    const s3 = s3InMemory();
    const sink = await sinkAt(t, (request) =>
      request.key === "a" ? s3Error(501, "NotImplemented", "x-amz-checksum-crc32 is unknown") : s3(request),
    );
    await sink.open(never);
    const message = /AWS_REQUEST_CHECKSUM_CALCULATION=when_required/;
    await assert.rejects(sink.put(object("a"), never), { code: "BUCKET_REFUSED", transient: true, message });
  });
});
