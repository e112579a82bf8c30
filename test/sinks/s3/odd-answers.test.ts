import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { suite, test } from "node:test";
import { S3Sink } from "../../../src/sinks/s3/s3-sink.ts";
import { never, object } from "../objects.ts";
import { type Answer, optionsFor, page, s3Error, s3InMemory, sinkAt } from "./stand-in.ts";

suite("S3: answers of something else", () => {
  const foreign: readonly (readonly [string, Answer, RegExp])[] = [
    ["a page with 200", page(200), /no ETag, so it is not S3/],
    ["a page with 200 and an ETag", page(200, { etag: '"5f3a"' }), /is a web page, so it is not S3/],
    [
      "JSON with an ETag",
      { status: 200, headers: { etag: 'W/"5f3a"' }, body: "{}" },
      /the ETag of a web page/,
    ],
    ["an empty 200", { status: 200 }, /no ETag, so it is not S3/],
    ["JSON with 200", { status: 200, body: '{"ok":true}' }, /no ETag, so it is not S3/],
    ["204", { status: 204 }, /no ETag, so it is not S3/],
    [
      "a redirect to a login page",
      page(302, { location: "http://portal.example/login?token=abc" }),
      /HTTP status 302 \(to http:\/\/portal\.example\), and not an answer of S3/,
    ],
    ["a redirect to https", page(301, { location: "https://127.0.0.1/" }), /HTTP status 301/],
    ["a page with 401", page(401), /HTTP status 401, and not/],
    ["a page with 403", page(403), /HTTP status 403, and not/],
    ["a page with 404", page(404), /HTTP status 404, and not/],
    ["a page with 405", page(405), /HTTP status 405, and not/],
    ["a page with 413", page(413), /HTTP status 413, and not/],
    ["a page with 501", page(501), /HTTP status 501, and not/],
  ];
  for (const [what, answer, message] of foreign)
    test(`open is refused: ${what}`, async (t) => {
      const sink = await sinkAt(t, () => answer);
      const expected = {
        name: "UserError",
        code: "BUCKET_NOT_S3",
        exitCode: 1,
        message,
        remedy: /--endpoint/,
      };
      await assert.rejects(sink.open(never), expected);
    });

  for (const answer of [page(502), page(500), page(504), { status: 503, body: "upstream connect error" }])
    test(`open is tried again: ${answer.status} ${answer.body}`, async (t) => {
      const sink = await sinkAt(t, () => answer);
      const message = new RegExp(`HTTP status ${answer.status}, and not an answer of S3`);
      await assert.rejects(sink.open(never), { code: "BUCKET_UNREACHABLE", exitCode: 2, message });
    });

  test("open is refused by a server that does not speak HTTP", async (t) => {
    const server = createServer((socket) => socket.on("error", () => undefined).end("220 mail.example\r\n"));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    t.after(() => server.close());
    const { port } = server.address() as AddressInfo;
    const sink = new S3Sink("faces", "", optionsFor(t, `http://127.0.0.1:${port}`));
    await assert.rejects(sink.open(never), { code: "BUCKET_NOT_S3", message: /does not speak HTTP \(HPE_/ });
  });

  for (const answer of [page(200), { status: 200 }, page(302), page(403)])
    test(`later a put fails and may be tried again: ${answer.status} ${answer.body ?? ""}`, async (t) => {
      const s3 = s3InMemory();
      let isS3 = true;
      const sink = await sinkAt(t, (request) => (isS3 ? s3(request) : answer));
      await sink.open(never);
      isS3 = false;
      const expected = { name: "SinkError", code: "BUCKET_NOT_S3", transient: true };
      await assert.rejects(sink.put(object("a"), never), expected);
      await assert.rejects(sink.probe(1), "a probe would blame the object");
      isS3 = true;
      assert.equal(await sink.put(object("a"), never), "stored");
    });

  test("a service that calls its empty answers a web page is S3 all the same", async (t) => {
    const s3 = s3InMemory();
    const sink = await sinkAt(t, (request) => {
      const answer = s3(request);
      const isPut = request.method === "PUT" && answer.status === 200;
      const headers = {
        ...answer.headers,
        "content-type": "text/html; charset=utf-8",
        "content-length": "0",
      };
      return isPut ? { ...answer, headers } : answer;
    });
    await sink.open(never);
    assert.equal(await sink.put(object("a"), never), "stored");
  });

  test("a page instead of the stored object is no other object", async (t) => {
    const s3 = s3InMemory();
    let isS3 = true;
    const sink = await sinkAt(t, (request) => (isS3 || request.method === "PUT" ? s3(request) : page(200)));
    await sink.open(never);
    await sink.put(object("a", "one"), never);
    isS3 = false;
    await assert.rejects(sink.put(object("a", "one"), never), { code: "BUCKET_NOT_S3", transient: true });
    isS3 = true;
    assert.equal(await sink.put(object("a", "one"), never), "exists");
    assert.equal(await sink.put(object("a", "two"), never), "conflict");
  });

  test("a service that sends no ETag with an object still recognizes a repeat", async (t) => {
    const s3 = s3InMemory();
    const sink = await sinkAt(t, (request) => {
      const { headers, ...answer } = s3(request);
      return request.method === "GET" ? answer : { ...answer, ...(headers && { headers }) };
    });
    await sink.open(never);
    assert.equal(await sink.put(object("a", "one"), never), "stored");
    assert.equal(await sink.put(object("a", "one"), never), "exists");
    assert.equal(await sink.put(object("a", "two"), never), "conflict");
  });
});

suite("S3: the end of the time for opening", () => {
  test("the failure of the first request is told when the second hangs", async (t) => {
    let requests = 0;
    const stop = new AbortController();
    const sink = await sinkAt(t, () => {
      if (requests++ === 0) return page(502);
      stop.abort();
      return "hang";
    });
    const message = /HTTP status 502, and not an answer of S3/;
    await assert.rejects(sink.open(stop.signal), { code: "BUCKET_UNREACHABLE", exitCode: 2, message });
  });

  test("a service that never answers has no failure to tell", async (t) => {
    const stop = new AbortController();
    const sink = await sinkAt(t, () => {
      stop.abort();
      return "hang";
    });
    await assert.rejects(sink.open(stop.signal), { code: "STOPPED" });
  });
});

suite("S3: the service's own words", () => {
  const told: readonly (readonly [string, RegExp])[] = [
    ["explicit deny in a policy", /\(AccessDenied: "explicit deny in a policy"\)/],
    ["token wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY", /\(AccessDenied: "token \*\*\*"\)/],
    ["", /\(AccessDenied\)/],
    ["x".repeat(1000), /\(AccessDenied\)/],
    ["two\nlines", /\(AccessDenied\)/],
    ["a &#x9b;31mred word", /\(AccessDenied\)/],
    ["&lt;b&gt;bold&lt;/b&gt;", /\(AccessDenied\)/],
  ];
  for (const [message, expected] of told)
    test(`are told when they are short plain text: ${JSON.stringify(message.slice(0, 40))}`, async (t) => {
      const sink = await sinkAt(t, () => s3Error(403, "AccessDenied", message));
      await assert.rejects(sink.open(never), (error: Error) => {
        assert.match(error.message, expected);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not reach a terminal
        assert.doesNotMatch(error.message, /[\u0000-\u001f]/);
        return true;
      });
    });
});
