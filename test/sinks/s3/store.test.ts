import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { S3Store } from "../../../src/sinks/s3/s3-store.ts";
import { never } from "../objects.ts";
import { cleanAws, setEnvironment } from "./environment.ts";

/** A store below `site/` whose service answers every request with this. */
async function storeAnswered(t: TestContext, status: number, body: string): Promise<S3Store> {
  const server = createServer((request, response) => {
    request.resume().on("end", () => response.writeHead(status).end(body));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  setEnvironment(t, { ...cleanAws, AWS_ACCESS_KEY_ID: "key", AWS_SECRET_ACCESS_KEY: "secret" });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const options = { endpoint, pathStyle: true, createBucket: false, public: false, concurrency: 1 };
  const store = new S3Store("faces", "site/", options);
  t.after(() => {
    store.close();
    server.close();
  });
  return store;
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
