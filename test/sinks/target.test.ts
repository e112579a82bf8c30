import assert from "node:assert/strict";
import { resolve } from "node:path";
import { test } from "node:test";
import { createSink, parseTarget } from "../../src/sinks/target.ts";

test("a bucket, with and without a prefix", () => {
  assert.deepEqual(parseTarget("s3://faces"), { kind: "s3", bucket: "faces", prefix: "" });
  assert.deepEqual(parseTarget("s3://faces/"), { kind: "s3", bucket: "faces", prefix: "" });
  assert.deepEqual(parseTarget("s3://my.faces-1/site a/b/"), {
    kind: "s3",
    bucket: "my.faces-1",
    prefix: "site a/b/",
  });
});

test("a directory, as a URL or as a path", () => {
  assert.deepEqual(parseTarget("file:///var/my%20faces"), { kind: "file", directory: "/var/my faces" });
  assert.deepEqual(parseTarget("/var/faces"), { kind: "file", directory: "/var/faces" });
  assert.deepEqual(parseTarget("./faces"), { kind: "file", directory: resolve("faces") });
  assert.deepEqual(parseTarget("../faces"), { kind: "file", directory: resolve("..", "faces") });
  assert.deepEqual(parseTarget("."), { kind: "file", directory: resolve(".") });
});

const bad: readonly (readonly [string, RegExp])[] = [
  ["s3://", /must name a bucket/],
  ["s3:///faces", /must name a bucket/],
  ["s3://Faces", /S3's rules/],
  ["s3://a", /S3's rules/],
  ["s3://10.0.0.1", /S3's rules/],
  ["s3://a..b", /S3's rules/],
  [`s3://${"a".repeat(64)}`, /S3's rules/],
  ["s3://faces/a/../b", /prefix without/],
  ["s3://faces/a//b", /prefix without/],
  ["file://server/faces", /three slashes, file:\/\/\/server\/faces/],
  ["gs://faces", /not gs:/],
  ["faces", /s3:\/\/BUCKET\/PREFIX or file:\/\/\/DIR/],
  ["", /s3:\/\/BUCKET\/PREFIX or file:\/\/\/DIR/],
];

for (const [text, message] of bad) {
  test(`not a target: ${JSON.stringify(text)}`, () => {
    assert.throws(() => parseTarget(text), { name: "Error", message });
  });
}

test("a sink has a readable target and locations", () => {
  const options = { pathStyle: false, createBucket: false, public: false, concurrency: 1 };
  const bucket = createSink(parseTarget("s3://faces/site-a"), options);
  assert.equal(bucket.target, "s3://faces/site-a");
  assert.equal(bucket.locate("a/b.png"), "s3://faces/site-a/a/b.png");
  const directory = createSink(parseTarget("/var/my faces"), options);
  assert.equal(directory.target, "file:///var/my%20faces");
  assert.equal(directory.locate("a/b.png"), "/var/my faces/a/b.png");
});
