import assert from "node:assert/strict";
import { test } from "node:test";
import { lastKeysBelow } from "../../../src/sinks/s3/last-keys.ts";
import type { ListPage } from "../../../src/sinks/s3/list-page.ts";

/** Lists as a bucket does: ascending, at most 1000 keys in an answer. */
function bucketOf(keys: readonly string[]) {
  const sorted = [...keys].sort();
  let count = 0;
  const list = async ({ Prefix, MaxKeys = 1000 }: Readonly<Record<string, string | number>>) => {
    count++;
    const matching = sorted.filter((key) => key.startsWith(String(Prefix)));
    const objects = matching.slice(0, Number(MaxKeys)).map((key) => ({ key, size: 1, modifiedAt: 0 }));
    const page: ListPage = {
      objects,
      folders: [],
      next: matching.length > objects.length ? "more" : undefined,
    };
    return page;
  };
  return { list, requests: () => count };
}

/** One key each 800 ms of a day, and 1500 in one second. */
const day = [
  ...Array.from({ length: 108_000 }, (_, index) => new Date(index * 800).toISOString().slice(11, 23)),
  ...Array.from({ length: 1500 }, (_, index) => `14:03:22.${String(index % 1000).padStart(3, "0")}`),
].map((time, index) => `cam/${time.replaceAll(":", "")}-${String(index).padStart(6, "0")}.png`);

test("the last keys of a large day, wherever they begin, are found with few requests", async () => {
  const { list, requests } = bucketOf(day);
  const descending = [...day].sort().reverse();
  for (const before of [
    "cam/~",
    "cam/140323",
    "cam/140322.5~",
    "cam/000000.9",
    "cam/000000.000-000000.png",
  ]) {
    const start = requests();
    const expected = descending.filter((key) => key < before).slice(0, 500);
    assert.deepEqual(await lastKeysBelow("cam/", before, 500, list), expected, before);
    assert.ok(requests() - start < 200, `${requests() - start} requests for ${before}`);
  }
});

test("a small folder takes one request; nothing is found in an empty one", async () => {
  const { list, requests } = bucketOf(["cam/1", "cam/2", "other/3"]);
  assert.deepEqual(await lastKeysBelow("cam/", "cam/~", 500, list), ["cam/2", "cam/1"]);
  assert.equal(requests(), 1);
  assert.deepEqual(await lastKeysBelow("none/", "none/~", 500, list), []);
});
