import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Terminal } from "../../../src/base/terminal.ts";
import { faceId, newEpoch } from "../../../src/face/face-id.ts";
import { keyReaderFor } from "../../../src/face/stored-key.ts";
import { readStore } from "../../../src/roles/audit/read-store.ts";
import { auditReport } from "../../../src/roles/audit/report.ts";
import type { RoleContext } from "../../../src/roles/role.ts";
import { defaultKey } from "../../../src/roles/store/options.ts";
import type { ListedObject, ObjectStore } from "../../../src/sinks/object-store.ts";
import { never } from "../../sinks/objects.ts";

const keys = 200_000;
const perEpoch = 20_000;

/** Pages of 1000 keys; a key is a part of the page's text, as it is of an answer of S3. */
async function* pages(): AsyncGenerator<readonly ListedObject[]> {
  let epoch = newEpoch();
  for (let n = 0; n < keys; n += 1000) {
    if (n % perEpoch === 0) epoch = newEpoch();
    const names = Array.from({ length: 1000 }, (_, each) => {
      // Each epoch's numbers in another order than theirs: all below perEpoch, 7919 apart.
      const seq = (((n + each) * 7919) % perEpoch) + 1;
      return `cam${Math.floor(n / perEpoch)}/2026/11/21/140000.000-${faceId(1_795_000_000_000, epoch, seq)}.png`;
    });
    const text = names.join("\n");
    yield text.split("\n").map((key) => ({ key, size: 0, modifiedAt: 0 }));
  }
}

test("memory does not grow with the number of keys", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const heap = () => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const store = { target: "fake", pages } as unknown as ObjectStore;
  const context = { stop: never, terminal: new Terminal(process.stderr) } as unknown as RoleContext;
  const before = heap();
  const { tally } = await readStore(store, keyReaderFor(defaultKey), context);
  const { epochs, complete } = auditReport(tally.epochs(), { rejected: 0, foreign: 0 });
  const grown = heap() - before;
  assert.ok(complete);
  assert.deepEqual(
    epochs.map(({ stored }) => stored),
    Array(keys / perEpoch).fill(perEpoch),
  );
  // The keys themselves would take 20 MB.
  assert.ok(grown < 3_000_000, `${grown} bytes`);
});
