import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { LineSorter } from "../../../src/roles/export/line-sorter.ts";
import { emptyFolder } from "../../support/folder.ts";

test("more lines than fit into memory are sorted, doubled and odd ones included", async (t) => {
  const folder = emptyFolder(t);
  const lines = Array.from({ length: 65_000 }, (_, n) => `${((n * 7919) % 50_021).toString(36)}\u2028"門`);
  const sorter = new LineSorter(folder);
  for (const line of lines) await sorter.add(line);
  const found: string[] = [];
  for await (const line of sorter.sorted()) found.push(line);
  assert.deepEqual(found, [...lines].sort());
  assert.equal(readdirSync(folder).length, 4);
});
