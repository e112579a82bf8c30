import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { S3Store } from "../../../src/sinks/s3/s3-store.ts";
import { never } from "../objects.ts";
import { page, s3Error, storeAt } from "./stand-in.ts";

/** A store below `site/` whose service answers every request with this. */
function storeAnswered(t: TestContext, status: number, body: string): Promise<S3Store> {
  return storeAt(t, () => ({ status, body }));
}

for (const [status, body] of [
  [200, "<html>Log in</html>"],
  [204, ""],
] as const)
  test(`a service that answers ${status} with no listing is refused, not an empty bucket`, async (t) => {
    const store = await storeAnswered(t, status, body);
    await assert.rejects(store.open(never), { code: "BUCKET_REFUSED", remedy: /--from, --endpoint/ });
  });

test("what a sink's check has stored is no object of the store, below any prefix", async (t) => {
  const contents = [
    "site/.facepipe-write-check",
    "site/a/.facepipe-write-check",
    "site/a/.facepipe-write-check.png",
  ]
    .map((key) => `<Contents><Key>${key}</Key><Size>1</Size></Contents>`)
    .join("");
  const store = await storeAnswered(t, 200, `<ListBucketResult>${contents}</ListBucketResult>`);
  await store.open(never);
  const keys: string[] = [];
  for await (const page of store.pages(true, never)) keys.push(...page.map(({ key }) => key));
  assert.deepEqual(keys, ["a/.facepipe-write-check.png"]);
});

test("an object that is gone has no bytes", async (t) => {
  const store = await storeAnswered(t, 404, "<Error><Code>NoSuchKey</Code></Error>");
  await store.open(never).catch(() => undefined);
  assert.equal(await store.read("a", 10, never), undefined);
});

const noDeletions = [
  ["a page with 200", page(200), "BUCKET_NOT_S3"],
  ["an empty answer", { status: 200 }, "BUCKET_NOT_S3"],
  ["a page with 404", page(404), "BUCKET_NOT_S3"],
  ["a page with 405", page(405), "BUCKET_NOT_S3"],
] as const;

for (const [what, answer, code] of noDeletions)
  test(`${what} is no deletion`, async (t) => {
    const store = await storeAt(t, ({ method, query }) => {
      if (method === "GET") return { status: 200, body: "<ListBucketResult/>" };
      return query.includes("delete") || method === "DELETE" ? answer : { status: 400 };
    });
    await store.open(never);
    await assert.rejects(store.remove(["a"], never), { name: "UserError", code, exitCode: 1 });
  });

test("a page is no deletion of one object either, where a service cannot delete several at once", async (t) => {
  let answer = page(200);
  const store = await storeAt(t, ({ method }) => {
    if (method === "GET") return { status: 200, body: "<ListBucketResult/>" };
    return method === "DELETE" ? answer : s3Error(501, "NotImplemented");
  });
  await store.open(never);
  const expected = { code: "BUCKET_NOT_S3", message: /has contents where S3's has none/ };
  await assert.rejects(store.remove(["a"], never), expected);
  answer = { status: 204 };
  await store.remove(["a"], never);
});

test("a page instead of an object is no object", async (t) => {
  const store = await storeAt(t, ({ query }) =>
    query.includes("list-type") ? { status: 200, body: "<ListBucketResult/>" } : page(200),
  );
  await store.open(never);
  await assert.rejects(store.read("a", 1000, never), { code: "BUCKET_NOT_S3" });
});

test("a listing that a proxy answers is refused, with its status", async (t) => {
  const store = await storeAt(t, () => page(404));
  const message = /HTTP status 404, and not an answer of S3/;
  await assert.rejects(store.open(never), { code: "BUCKET_NOT_S3", exitCode: 1, message });
});
