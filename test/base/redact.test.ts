import assert from "node:assert/strict";
import { test } from "node:test";
import { createRedactor, createSentenceRedactor, redact } from "../../src/base/redact.ts";
import { brokerError } from "../../src/mqtt/mqtt-errors.ts";

test("credentials in URLs are redacted, the rest is kept", () => {
  for (const [text, shown] of [
    ["mqtt://user:pw@host:1883/x", "mqtt://***@host:1883/x"],
    ["rtsp://pw@cam/live, http://u:p@h", "rtsp://***@cam/live, http://***@h"],
    ["mqtt://user:p@ss@w@host", "mqtt://***@host"],
    ["mqtt://user:it's@host", "mqtt://***@host"],
    ["S3://u:p@h", "S3://***@h"],
    // Where a password ends that has these characters unescaped is unknown.
    ["rtsp://admin:2024#door@cam/x is lost", "rtsp://***@cam/x is lost"],
    ["mqtt://u:p/a?s\\s#w@host and me@example.org", "mqtt://***@host and me@example.org"],
    ["mqtt://host/path@x and me@example.org", "mqtt://***@x and me@example.org"],
    ["file:///home/me@work/x, s3://my-bucket/me@work", "file:///home/me@work/x, s3://my-bucket/me@work"],
    ["file:///a,mqtt://u:p@h", "file:///a,mqtt://***@h"],
    ["http://cam/v?user=a&pwd=b&x=1#y", "http://cam/v?user=a&pwd=***&x=1#y"],
    [
      "wss://h/mqtt?X-Amz-Signature=abc wss://h?access_token=d",
      "wss://h/mqtt?X-Amz-Signature=*** wss://h?access_token=***",
    ],
  ] as const) {
    assert.equal(redact(text), shown);
  }
});

test("in a JSON line each text is redacted by itself", () => {
  const { line } = createRedactor(['q"uo\\te', "info", "a"]);
  for (const [text, shown] of [
    ['{"a":"mqtt://u:p\\"w\\\\@host","b":"c@d"}\n', '{"a":"mqtt://***@host","b":"c@d"}\n'],
    ['{"a":"mqtt://host","b":"c@d"}', '{"a":"mqtt://host","b":"c@d"}'],
    ['{"level":"info","msg":"info"}', '{"level":"info","msg":"***"}'],
    ['{"x":[{"y":"q\\"uo\\\\te"}],"n":1}', '{"x":[{"y":"***"}],"n":1}'],
    ['{"msg":"escaped in a text: \\"q\\\\\\"uo\\\\\\\\te\\""}', '{"msg":"esc***ped in *** text: \\"***\\""}'],
    ['{"no JSON: q"uo\\te', '{"no JSON: ***'],
  ] as const) {
    assert.equal(line(text), shown);
  }
});

test("a secret is found in each of its spellings, and the longest first", () => {
  const secret = "p a/s\u00e9(s'%";
  const { text } = createRedactor(["p a", secret, "*", "\ud800"]);
  for (const spelling of [
    secret,
    "p%20a%2Fs%C3%A9(s'%25",
    "p%20a%2fs%c3%a9(s'%25",
    "p%20a%2Fs%C3%A9%28s%27%25",
    "p+a%2Fs%C3%A9%28s%27%25",
    "p a/s\u00e9(s\\'%",
  ])
    assert.equal(text(`<${spelling}>`), "<***>");
});

test("hostile texts take no longer than their length", () => {
  for (const part of ["a://", "://@", "?pass", "&tokentoken", "a.b+c-", "rtsp://x "]) {
    const text = part.repeat(1_000_000 / part.length);
    const { text: redacted } = createRedactor(["secret"]);
    assert.ok(redacted(text).length <= text.length + 10);
  }
});

test("a password that is a word is redacted in the text of a library, not in ours", () => {
  const broker = { href: "mqtt://h:1883", password: "wrong" };
  assert.match(brokerError(new Error("bad password wrong"), broker).message, /bad password \*\*\*$/);
  assert.match(brokerError({ code: 134 }, broker).message, /password is wrong$/);
  const sentences = createSentenceRedactor(["wrong", "hunter2"]);
  assert.equal(sentences.text("wrong: hunter2 at mqtt://u:wrong@h"), "wrong: *** at mqtt://***@h");
});
