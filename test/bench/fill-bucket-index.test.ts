import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { fillBucket, fillDirectory } from "../../bench/audit/fill.ts";
import { StoredKeys } from "../../bench/audit/stored-keys.ts";
import { Bucket } from "../../bench/support/bucket.ts";
import { python } from "../../bench/support/programs.ts";
import { cephMissing, startCeph } from "../support/ceph.ts";
import { facepipe } from "../support/facepipe.ts";
import { emptyFolder } from "../support/folder.ts";

const skip = cephMissing() ?? (await radosMissing());
/** Faces of which one in `missingEach` is missing. */
const [count, missingEach] = [13_000, 4001];

async function radosMissing(): Promise<string | undefined> {
  return promisify(execFile)(python, ["-c", "import rados"]).then(
    () => undefined,
    () => "needs Debian's python3-rados",
  );
}

/** What audit says of each camera. */
async function auditOf(
  t: Parameters<typeof facepipe>[0],
  from: string,
  env: Readonly<Record<string, string>>,
) {
  const args = ["audit", "--from", from, "--path-style", "--json"];
  const { code, stdout, stderr } = await facepipe(t, args, { env });
  assert.equal(code, 1, stderr);
  const { epochs, ...totals } = JSON.parse(stdout);
  return { totals, epochs };
}

function assertComplete({ totals, epochs }: Awaited<ReturnType<typeof auditOf>>, keys: StoredKeys): void {
  assert.deepEqual(totals, { complete: false, missing: 3, doubled: 0, rejected: 0, foreign: 0 });
  const found = epochs.map(
    ({
      camera,
      stored,
      missing,
      ended,
    }: {
      camera: string;
      stored: number;
      missing: unknown;
      ended: boolean;
    }) => {
      assert.ok(ended);
      return [camera, { stored, missing }];
    },
  );
  assert.deepEqual(Object.fromEntries(found), keys.expected);
}

test("entries in a bucket's index are listed as if the faces had been uploaded", { skip }, async (t) => {
  const ceph = await startCeph();
  t.after(() => ceph.stop());
  const [bucket, keys] = [new Bucket(ceph), new StoredKeys(count, missingEach)];
  t.after(() => bucket.close());
  await fillBucket(ceph, bucket, keys);
  const listed = (await bucket.objects()).map(({ key }) => key).sort();
  assert.deepEqual(listed, [...keys.faces(), ...keys.records.keys()].sort());
  assertComplete(await auditOf(t, `s3://${bucket.name}`, ceph.env), keys);
});

test("a directory has the same keys", async (t) => {
  const [folder, keys] = [emptyFolder(t), new StoredKeys(count, missingEach)];
  await fillDirectory(folder, keys);
  assertComplete(await auditOf(t, folder, {}), keys);
});
