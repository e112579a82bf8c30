import assert from "node:assert/strict";
import { test } from "node:test";
import { parsePage } from "../../../src/sinks/s3/list-page.ts";

test("an answer with url-encoded keys, as asked for", () => {
  const page = parsePage(
    `<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name><Prefix>a%2Fb</Prefix>
<EncodingType>url</EncodingType><IsTruncated>true</IsTruncated><NextContinuationToken>1&amp;2</NextContinuationToken>
<Contents><Key>a/T%C3%BCre+%2B%25.png</Key><LastModified>2026-11-21T14:03:22.123Z</LastModified><ETag>&quot;x&quot;</ETag>
<Size>42</Size><Owner><ID>o</ID><DisplayName>Key</DisplayName></Owner></Contents>
<Contents><Size>0</Size><LastModified>2026-11-21T14:03:23.000Z</LastModified><Key>b</Key></Contents></ListBucketResult>`,
    "bucket",
  );
  const time = Date.parse("2026-11-21T14:03:22.123Z");
  assert.deepEqual(page, {
    objects: [
      { key: "a/Türe +%.png", size: 42, modifiedAt: time },
      { key: "b", size: 0, modifiedAt: time + 877 },
    ],
    folders: [],
    next: "1&2",
  });
});

test("an answer of a service that does not encode keys, and an empty one", () => {
  const contents = "<Contents><Key>a+b%20&amp;&#x9580;&#65;&lt;</Key><Size>1</Size></Contents>";
  const { objects, next } = parsePage(`<ListBucketResult>${contents}</ListBucketResult>`, "bucket");
  assert.deepEqual([objects[0]?.key, next], ["a+b%20&門A<", undefined]);
  assert.deepEqual(parsePage("<ListBucketResult/>", "bucket"), { objects: [], folders: [], next: undefined });
});

const noListings = {
  "a web console's page": "<!DOCTYPE html><html><body>Log in<br/></body></html>",
  "an empty answer": "",
  "a list of buckets": "<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>",
  "the beginning of a listing": "<ListBucketResult><Contents><Key>a</Key></Contents><Owner/>",
  "a page without the next one's token":
    "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken/></ListBucketResult>",
};

for (const [what, xml] of Object.entries(noListings))
  test(`${what} is no listing`, () => {
    const expected = { code: "BUCKET_REFUSED", message: /list the bucket faces: /, remedy: /--endpoint/ };
    assert.throws(() => parsePage(xml, "faces"), expected);
  });
