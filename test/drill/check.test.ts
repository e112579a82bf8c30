import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { encodeEpochRecord, epochKey } from "../../src/face/epoch-record.ts";
import { faceId, newEpoch } from "../../src/face/face-id.ts";
import { emptyFolder } from "../support/folder.ts";
import { checkStore } from "./check.ts";
import { CleanUp } from "./clean-up.ts";
import { StoredFaces } from "./stored-faces.ts";
import { fileTarget, type Target } from "./target.ts";

/** A directory with the faces 1 to 10 of one epoch. */
class Store {
  readonly begun = Date.now();
  readonly epoch = newEpoch();
  readonly target: Target;
  readonly #folder: string;

  constructor(t: TestContext) {
    this.#folder = emptyFolder(t);
    const cleanUp = new CleanUp();
    t.after(() => cleanUp.run());
    this.target = fileTarget(this.#folder, new StoredFaces(), cleanUp);
    for (let seq = 1; seq <= 10; seq++) this.write(this.keyOf(seq));
  }

  keyOf(seq: number, folder = "cam0"): string {
    return `${folder}/2026/11/21/140322.${seq}-${faceId(this.begun + seq, this.epoch, seq)}.png`;
  }

  write(key: string, content: Buffer | string = ""): void {
    mkdirSync(dirname(join(this.#folder, key)), { recursive: true });
    writeFileSync(join(this.#folder, key), content);
  }

  remove(key: string): void {
    rmSync(join(this.#folder, key));
  }

  async check(counted: number) {
    const run = { startedAt: this.begun - 1, faces: counted };
    const { lost, ...others } = await checkStore(this.target, [run]);
    return { ...others, lost: lost.map(({ range }) => range) };
  }
}

test("faces that are all stored", async (t) => {
  const found = await new Store(t).check(10);
  assert.deepEqual(found, { counted: 10, stored: 10, lost: [], doubled: 0, dropped: {} });
});

test("a face that was removed is lost", async (t) => {
  const store = new Store(t);
  store.remove(store.keyOf(4));
  const { lost, stored } = await store.check(10);
  assert.deepEqual({ lost, stored }, { lost: [[4, 4]], stored: 9 });
});

test("faces that were counted after the last stored one are lost", async (t) => {
  assert.deepEqual((await new Store(t).check(12)).lost, [[11, 12]]);
});

test("all faces of a run of detect of which nothing is stored are lost", async (t) => {
  const store = new Store(t);
  const runs = [store.begun - 1, store.begun + 1000].map((startedAt) => ({
    startedAt,
    faces: 10,
  }));
  const { lost } = await checkStore(store.target, runs);
  assert.deepEqual(
    lost.map(({ range }) => range),
    [[1, 10]],
  );
});

test("a face under two keys is doubled", async (t) => {
  const store = new Store(t);
  store.write(store.keyOf(3, "cam1"));
  assert.equal((await store.check(10)).doubled, 1);
});

test("a face that a rule dropped is not lost, and the end of an epoch counts", async (t) => {
  const store = new Store(t);
  const dropped = [{ reason: "spool_full", ranges: [[11, 12]] as const }];
  const endedAt = new Date().toISOString();
  const record = { v: 1, camera: "cam0", epoch: store.epoch, first: 1, last: 13, dropped, endedAt } as const;
  store.write(epochKey(record), encodeEpochRecord(record));
  const found = await store.check(10);
  assert.deepEqual([found.lost, found.dropped], [[[13, 13]], { spool_full: 2 }]);
});
